import type { PromisingBranch } from "./promising-plan.ts";
import type { PromisingRules, SourcingRule } from "./promising-rules.ts";

/** What the rules may name. */
export interface NamedThings {
  readonly branches: readonly Pick<PromisingBranch, "branch" | "calendar">[];
  readonly channels: readonly string[];
}

/** Everything that is wrong with rules that are spelt right, each with where it is. Empty: they can be compiled. */
export function findPromisingFaults(rules: PromisingRules, { branches, channels }: NamedThings): string[] {
  const { sourcing = [], channelReserves = [] } = rules;
  const codes = branches.map(({ branch }) => branch);
  const unknown = (path: string, kind: string, known: readonly string[], names: readonly string[] = []) =>
    names.flatMap((name, index) => strangers(`${path}/${index}`, kind, known, name));
  return [
    ...branches.flatMap(({ branch, calendar }, index) =>
      calendar && !isTimeZone(calendar.timeZone)
        ? [`/branches/${index}/calendar/timeZone: ${branch}'s must be an IANA time zone; found "${calendar.timeZone}"`]
        : [],
    ),
    ...sourcing.flatMap((rule, index) => {
      const path = `/promising/sourcing/${index}`;
      const named = "branches" in rule ? unknown(`${path}/branches`, "branch", codes, rule.branches) : [];
      const when = "when" in rule ? unknown(`${path}/when/channels`, "channel", channels, rule.when?.channels) : [];
      return [...named, ...when, ...neverReached(sourcing, rule, index)];
    }),
    ...unknown("/promising/substitution/channels", "channel", channels, rules.substitution?.channels),
    ...channelReserves.flatMap(({ channel, branch, sku }, index) => {
      const path = `/promising/channelReserves/${index}`;
      const isSame = (one: (typeof channelReserves)[number]) =>
        one.channel === channel && one.branch === branch && one.sku === sku;
      return [
        ...strangers(`${path}/channel`, "channel", channels, channel),
        ...strangers(`${path}/branch`, "branch", codes, branch),
        ...(channelReserves.findIndex(isSame) < index ? [`${path}: keeps what an entry before it keeps already`] : []),
      ];
    }),
  ];
}

const strangers = (path: string, kind: string, known: readonly string[], name: string | undefined): string[] =>
  name === undefined || known.includes(name)
    ? []
    : [`${path}: must be a ${kind} of this configuration; found "${name}"`];

/** Behind `fewest-branches` for all orders nothing chooses any more. */
function neverReached(sourcing: readonly SourcingRule[], rule: SourcingRule, index: number): string[] {
  if (rule.rule === "only-from" || rule.rule === "drop-ship") return [];
  const before = sourcing.findIndex((one) => one.rule === "fewest-branches" && one.when === undefined);
  return before >= 0 && before < index
    ? [`/promising/sourcing/${index}: is never reached; /promising/sourcing/${before} decides for every order`]
    : [];
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}
