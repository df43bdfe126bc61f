import { compare, isPositive, plain, smaller, subtract } from "#platform";
import {
  plainPlan,
  type ChoosingRule,
  type ItemTraits,
  type OrderTraits,
  type SourcingRules,
} from "../promising/promising-plan.ts";
import type { KitParts } from "../products/kits.ts";
import { onTrial, withKits } from "./kit-stock.ts";

/** What a line needs, in base units. */
export interface Demand {
  readonly lineNumber: number;
  readonly sku: string;
  readonly quantity: string;
  readonly baseUnitOfMeasure: string;
}

export interface SourcingPreference extends OrderTraits {
  /** Every branch we may ship from, the one we would rather ship from first. */
  readonly branches: readonly string[];
  readonly homeBranch?: string;
  /** Those that come with the hub, where left out. */
  readonly rules?: SourcingRules;
  /** What an item is, for rules that ask. */
  readonly item?: (sku: string) => ItemTraits | undefined;
  /** What the kits among the demands are made of. A kit is taken with all its parts at one branch. */
  readonly kits?: KitParts;
}

interface Taken {
  readonly branch: string;
  readonly quantity: string;
}

export interface SourcedDemand {
  readonly lineNumber: number;
  readonly sku: string;
  readonly taken: readonly Taken[];
  readonly backordered: string;
  /** Of a component: the line of its kit. */
  readonly kitLineNumber?: number;
  readonly explanation: string;
  /** When what was taken leaves, where the branches' calendars are known. */
  readonly shipsOn?: string;
  /** Who could ship to the customer what no branch has. */
  readonly dropShip?: { readonly supplier: string; readonly expectedOn: string };
}

/** What can still be promised, and taking from it. What one order takes the next one finds gone. */
export interface FreeStock {
  available(sku: string, branch: string): string;
  take(sku: string, branch: string, quantity: string): void;
}

export function createFreeStock(
  positions: readonly { readonly sku: string; readonly branch: string; readonly available: string }[],
): FreeStock {
  const free = new Map(positions.map(({ sku, branch, available }) => [`${sku}@${branch}`, available]));
  const available = (sku: string, branch: string) => free.get(`${sku}@${branch}`) ?? "0";
  return {
    available,
    take: (sku, branch, quantity) => void free.set(`${sku}@${branch}`, subtract(available(sku, branch), quantity)),
  };
}

/**
 * Chooses branches for a whole order and takes from `stock`. The rules that choose are asked one after the other; the first that can serve the whole
 * order decides, and the last serves what it can: whole lines from as few branches as possible, then pieces. What is not there is
 * backordered. Each line says which rule decided, and why branches that come before were passed over.
 */
export function chooseBranches(
  demands: readonly Demand[],
  preference: SourcingPreference,
  stock: FreeStock,
): SourcedDemand[] {
  const rules = preference.rules ?? plainPlan.at(new Date(0));
  const { kits = noKits } = preference;
  const parts = allowedStock(stock, rules, preference);
  const allowed = withKits(parts, kits);
  const passed: PassedOver = [];
  const coverage = kits.size > 0 ? sharingStock(parts, kits) : coverageOf(demands, allowed);
  for (const rule of rules.choosing(preference)) {
    const lines = byRule(rule, { demands, preference, rules, stock: allowed, coverage, passed });
    if (lines) return told(lines, rule, passed, preference, rules);
  }
  return told(fewestBranches(demands, preference.branches, allowed, coverage), null, passed, preference, rules);
}

const noKits: KitParts = new Map();

type PassedOver = { branch: string; why: string }[];

interface Choice {
  readonly demands: readonly Demand[];
  readonly preference: SourcingPreference;
  readonly rules: SourcingRules;
  readonly stock: FreeStock;
  readonly coverage: Coverage;
  readonly passed: PassedOver;
}

/** A branch that may not ship an item has none of it. */
function allowedStock(stock: FreeStock, { forbids }: SourcingRules, { item }: SourcingPreference): FreeStock {
  if (forbids === null || item === undefined) return stock;
  return {
    take: (sku, branch, quantity) => stock.take(sku, branch, quantity),
    available: (sku, branch) => (forbids(item(sku), branch) === null ? stock.available(sku, branch) : "0"),
  };
}

/** Null: this rule cannot serve the whole order. */
function byRule(rule: ChoosingRule, choice: Choice): SourcedDemand[] | null {
  const { demands, preference, rules, stock, coverage } = choice;
  const { branches, homeBranch, shipTo } = preference;
  if (rule.rule === "home-branch") {
    if (homeBranch === undefined || !branches.includes(homeBranch)) return null;
    const late = rule.shippingToday ? rules.shipDay(homeBranch)?.late : null;
    if (late) return passOver(choice, homeBranch, `is ${late}`);
    return hasAll(choice, homeBranch) ? takeAll(demands, homeBranch, "the customer's home branch", stock) : null;
  }
  const ordered = rules.inOrder(rule.by, branches, shipTo);
  if (rule.rule === "fewest-branches") return fewestBranches(demands, homeFirst(ordered, homeBranch), stock, coverage);
  const whole = ordered.find((branch) => hasAll(choice, branch));
  return whole === undefined ? null : takeAll(demands, whole, `the ${firstBy(rule, whole, choice)}`, stock);
}

function passOver({ passed }: Choice, branch: string, why: string): null {
  if (!passed.some((one) => one.branch === branch)) passed.push({ branch, why });
  return null;
}

function hasAll(choice: Choice, branch: string): boolean {
  const { demands, preference, rules, coverage } = choice;
  const covered = coverage(demands, branch);
  if (covered.length === demands.length) return true;
  if (rules.version === null) return false;
  const { forbids } = rules;
  const forbidden = forbids && demands.map(({ sku }) => forbids(preference.item?.(sku), branch)).find(Boolean);
  const lacks = `lacks ${demands.length - covered.length} of ${demands.length} ${demands.length === 1 ? "line" : "lines"}`;
  passOver(choice, branch, forbidden ? `may not: ${forbidden}` : lacks);
  return false;
}

function firstBy({ by }: ChoosingRule & { by?: readonly string[] }, branch: string, choice: Choice): string {
  const miles = choice.rules.miles(branch, choice.preference.shipTo);
  const how = by?.[0];
  if (how === "nearest" && miles !== null) return `nearest branch that has the whole order (about ${miles} miles)`;
  return how === "ships-soonest"
    ? "branch that ships soonest of those that have the whole order"
    : "first branch that has the whole order";
}

const measured = (demand: Demand) => `${plain(demand.quantity)} ${demand.baseUnitOfMeasure}`;

function homeFirst(branches: readonly string[], homeBranch: string | undefined): readonly string[] {
  if (homeBranch === undefined || branches[0] === homeBranch || !branches.includes(homeBranch)) return branches;
  return [homeBranch, ...branches.filter((branch) => branch !== homeBranch)];
}

/** Those of the lines a branch could serve wholly, taken together. */
type Coverage = (demands: readonly Demand[], branch: string) => readonly Demand[];

const BITS = 30;

/**
 * Where every line is of another item, what one of them takes is nothing to the others: each branch is asked once an order, and remembered as a bit
 * a line. Otherwise lines share stock, and are asked together each time.
 */
function coverageOf(all: readonly Demand[], stock: FreeStock): Coverage {
  if (all.length > BITS || sharesItems(all)) return sharingStock(stock, noKits);
  const masks = new Map<string, number>();
  const everyLine = 2 ** all.length - 1;
  const maskOf = (branch: string) => {
    let mask = 0;
    let bit = 1;
    for (const { sku, quantity } of all) {
      if (compare(stock.available(sku, branch), quantity) >= 0) mask |= bit;
      bit <<= 1;
    }
    masks.set(branch, mask);
    return mask;
  };
  return (demands, branch) => {
    const mask = masks.get(branch) ?? maskOf(branch);
    if (mask === everyLine) return demands;
    return mask === 0 ? [] : demands.filter((demand) => (mask & (1 << all.indexOf(demand))) !== 0);
  };
}

/** Few lines: to look through those before each is less than to keep a set of them. */
const sharesItems = (demands: readonly Demand[]): boolean =>
  demands.some(({ sku }, index) => demands.findIndex((one) => one.sku === sku) < index);

/** Two lines of one item share its stock, and so do a kit and a line of one of its parts: each takes on trial what the next one finds gone. */
const sharingStock =
  (parts: FreeStock, kits: KitParts): Coverage =>
  (demands, branch) => {
    const trial = withKits(onTrial(parts), kits);
    return demands.filter(({ sku, quantity }) => {
      const fits = compare(trial.available(sku, branch), quantity) >= 0;
      if (fits) trial.take(sku, branch, quantity);
      return fits;
    });
  };

const takeAll = (demands: readonly Demand[], branch: string, why: string, stock: FreeStock): SourcedDemand[] =>
  demands.map((demand) => takeWhole(demand, branch, `All ${measured(demand)} from ${branch}, ${why}.`, stock));

function takeWhole(demand: Demand, branch: string, explanation: string, stock: FreeStock): SourcedDemand {
  const { lineNumber, sku, quantity } = demand;
  stock.take(sku, branch, quantity);
  return { lineNumber, sku, taken: [{ branch, quantity }], backordered: "0", explanation };
}

function fewestBranches(
  demands: readonly Demand[],
  preferred: readonly string[],
  stock: FreeStock,
  coverage: Coverage,
): SourcedDemand[] {
  const { sourced, rest, used } = coverWholeLines(demands, preferred, stock, coverage);
  const pieces = rest.map((demand) => takePieces(demand, preferred, used, stock));
  const all = new Map([...sourced, ...pieces].map((line) => [line.lineNumber, line]));
  return demands.flatMap(({ lineNumber }) => all.get(lineNumber) ?? []);
}

interface Covered {
  readonly sourced: SourcedDemand[];
  readonly rest: readonly Demand[];
  readonly used: readonly string[];
}

/** Greedy: the branch that serves the most lines wholly, again and again; the preferred one where two serve as many. */
function coverWholeLines(
  demands: readonly Demand[],
  preferred: readonly string[],
  stock: FreeStock,
  coverage: Coverage,
): Covered {
  const sourced: SourcedDemand[] = [];
  const used: string[] = [];
  let rest = demands;
  for (;;) {
    const offers = preferred.map((branch) => ({ branch, lines: coverage(rest, branch) }));
    const best = offers.reduce((winner, offer) => (offer.lines.length > winner.lines.length ? offer : winner), {
      branch: "",
      lines: [] as readonly Demand[],
    });
    if (best.lines.length === 0) return { sourced, rest, used };
    used.push(best.branch);
    const explain = (demand: Demand) =>
      `All ${measured(demand)} from ${best.branch}; no single branch has the whole order.`;
    sourced.push(...best.lines.map((demand) => takeWhole(demand, best.branch, explain(demand), stock)));
    rest = rest.filter((demand) => !best.lines.includes(demand));
  }
}

/** A line no branch has wholly: from branches that ship anyway first, then from those that have most. */
function takePieces(
  demand: Demand,
  preferred: readonly string[],
  used: readonly string[],
  stock: FreeStock,
): SourcedDemand {
  const { lineNumber, sku } = demand;
  const ranked = preferred
    .map((branch) => ({ branch, available: stock.available(sku, branch), isUsed: used.includes(branch) }))
    .filter(({ available }) => isPositive(available))
    .toSorted((a, b) => Number(b.isUsed) - Number(a.isUsed) || compare(b.available, a.available));
  const taken: Taken[] = [];
  let missing = demand.quantity;
  for (const { branch } of ranked) {
    // Asked again: what is kept over all branches shrinks what each of them has.
    const quantity = smaller(missing, stock.available(sku, branch));
    if (!isPositive(quantity)) continue;
    stock.take(sku, branch, quantity);
    missing = subtract(missing, quantity);
    taken.push({ branch, quantity });
  }
  return { lineNumber, sku, taken, backordered: missing, explanation: explainPieces(demand, taken, missing) };
}

function explainPieces(demand: Demand, taken: readonly Taken[], missing: string): string {
  const unit = demand.baseUnitOfMeasure;
  if (taken.length === 0) return `No branch has any; ${plain(missing)} ${unit} backordered.`;
  const parts = taken.map(({ branch, quantity }) => `${plain(quantity)} ${unit} from ${branch}`).join(" and ");
  return isPositive(missing)
    ? `${parts}; ${plain(missing)} ${unit} backordered.`
    : `${parts}; no single branch has all of the line.`;
}

/** Adds what holds for the whole order: the rule and its version, who was passed over and why, when it leaves, who else could ship. */
function told(
  lines: readonly SourcedDemand[],
  rule: ChoosingRule | null,
  passed: PassedOver,
  preference: SourcingPreference,
  rules: SourcingRules,
): SourcedDemand[] {
  const waits = preference.shipComplete && lines.some(({ backordered }) => isPositive(backordered));
  const decided = rules.version === null || rule === null ? "" : byWhich(rule, passed, rules.version);
  const complete = waits ? " The order ships only when it is complete." : "";
  return lines.map((line) => {
    const dropShip = isPositive(line.backordered) ? rules.dropShip(preference, line.sku) : null;
    const direct = dropShip ? ` ${dropShip.supplier} could ship it directly by ${dropShip.expectedOn}.` : "";
    const { shipsOn, late } = leaving(line, rules);
    if (shipsOn === null && dropShip === null && `${late}${complete}${decided}` === "") return line;
    return {
      ...line,
      explanation: `${line.explanation}${late}${direct}${complete}${decided}`,
      ...(shipsOn === null ? {} : { shipsOn }),
      ...(dropShip ? { dropShip } : {}),
    };
  });
}

function byWhich({ number, rule }: ChoosingRule, passed: PassedOver, version: string): string {
  const why = passed.map((one) => `${one.branch} ${one.why}`).join("; ");
  return ` Rule ${number}, ${rule}, of ${version}${why === "" ? "." : `; passed over: ${why}.`}`;
}

/** The day the last of a line leaves. */
function leaving({ taken }: SourcedDemand, rules: SourcingRules): { shipsOn: string | null; late: string } {
  let shipsOn: string | null = null;
  let late = "";
  for (const { branch } of taken) {
    const day = rules.shipDay(branch);
    if (day && (shipsOn === null || day.shipsOn > shipsOn)) shipsOn = day.shipsOn;
    if (day?.late) late += ` ${branch} is ${day.late} and ships on ${day.shipsOn}.`;
  }
  return { shipsOn, late };
}
