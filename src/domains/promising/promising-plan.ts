import type { Product } from "#contracts";
import { compare, fingerprint } from "#platform";
import { addBusinessDays } from "../shipments/business-days.ts";
import { shipDay, type ShipDay } from "./calendar.ts";
import { compileChannelReserves, type ChannelReserves } from "./channel-reserves.ts";
import { coordinatesOf, milesBetween, type Place } from "./places.ts";
import type { BackorderPolicy, BranchCalendar, Coordinates, PromisingRules, SourcingRule } from "./promising-rules.ts";

/** A branch as far as promising is concerned. */
export interface PromisingBranch {
  readonly branch: string;
  readonly sourcingRank: number;
  readonly address: Place;
  readonly coordinates?: Coordinates;
  readonly calendar?: BranchCalendar;
}

export type ItemTraits = Pick<Product, "sku" | "hazardous" | "weightLb" | "lengthIn" | "widthIn" | "heightIn">;
type OnlyFrom = Extract<SourcingRule, { rule: "only-from" }>;
type DropShip = Extract<SourcingRule, { rule: "drop-ship" }>;
/** A rule that chooses branches, and its place in the list, the first being 1. */
export type ChoosingRule = Exclude<SourcingRule, OnlyFrom | DropShip> & { readonly number: number };
type By = NonNullable<Extract<SourcingRule, { rule: "one-branch" }>["by"]>;

/** Whose order it is, and where it goes. */
export interface OrderTraits {
  readonly channel?: string;
  readonly customerGroup?: string;
  readonly shipTo?: Place;
  readonly shipComplete: boolean;
}

/** The rules at one moment: by then it is known which branch still ships today. */
export interface SourcingRules {
  /** A short hash of the rules and the branches; null: those that come with the hub. */
  readonly version: string | null;
  choosing(order: OrderTraits): readonly ChoosingRule[];
  /** The branches, best first; those not known here come last, in their order. */
  inOrder(by: By | undefined, branches: readonly string[], shipTo: Place | undefined): readonly string[];
  miles(branch: string, shipTo: Place | undefined): number | null;
  shipDay(branch: string): ShipDay | null;
  /** Null: it may ship from there. Else what such items are. */
  forbids: ((item: ItemTraits | undefined, branch: string) => string | null) | null;
  dropShip(order: OrderTraits, sku: string): { readonly supplier: string; readonly expectedOn: string } | null;
}

export interface PromisingPlan {
  readonly version: string | null;
  readonly reserves: ChannelReserves;
  readonly keepsForChannels: boolean;
  readonly backorders: BackorderPolicy;
  readonly forbids: SourcingRules["forbids"];
  readonly substitution: PromisingRules["substitution"];
  at(now: Date): SourcingRules;
}

const MINUTE_MS = 60_000;
/** Branch orders that are remembered: a few for each state. */
const ORDERS_MAX = 5000;

/** What the hub does where nothing is configured. */
const plainSourcing: readonly SourcingRule[] = [
  { rule: "home-branch" },
  { rule: "one-branch" },
  { rule: "fewest-branches" },
];
export const firstCome: BackorderPolicy = { order: ["first-come"] };

/** Judged before (`findPromisingFaults`). Whatever can be known before an order comes is worked out here. */
export function compilePromising(rules: PromisingRules, branches: readonly PromisingBranch[]): PromisingPlan {
  const version = fingerprint({ rules, branches }).slice(0, 8);
  const { sourcing = plainSourcing, channelReserves = [], backorders = firstCome } = rules;
  const forbids = compileOnlyFrom(sourcing.filter((one) => one.rule === "only-from"));
  const compiled = compileSourcing({ sourcing, forbids, places: rules.places, branches, version });
  let minute = -1;
  let current: SourcingRules | null = null;
  return {
    version,
    reserves: compileChannelReserves(channelReserves),
    keepsForChannels: channelReserves.length > 0,
    backorders,
    forbids,
    substitution: rules.substitution,
    at(now) {
      const asked = Math.floor(now.getTime() / MINUTE_MS);
      if (current === null || asked !== minute) current = compiled(now);
      minute = asked;
      return current;
    },
  };
}

export const plainPlan: PromisingPlan = {
  version: null,
  reserves: compileChannelReserves([]),
  keepsForChannels: false,
  backorders: firstCome,
  forbids: null,
  substitution: undefined,
  at: compileSourcing({ sourcing: plainSourcing, forbids: null, places: [], branches: [], version: null }),
};

interface SourcingParts extends Pick<SourcingRules, "version" | "forbids"> {
  readonly sourcing: readonly SourcingRule[];
  readonly places: PromisingRules["places"];
  readonly branches: readonly PromisingBranch[];
}

function compileSourcing(parts: SourcingParts): (now: Date) => SourcingRules {
  const { sourcing, forbids, places, branches, version } = parts;
  const choosing = choosingRules(sourcing);
  const dropShips = sourcing.filter((one) => one.rule === "drop-ship");
  const miles = milesTable(branches, places);
  const byCode = new Map(branches.map((one) => [one.branch, one]));
  return (now) => {
    const days = new Map(
      branches.flatMap(({ branch, calendar }) => (calendar ? [[branch, shipDay(calendar, now)]] : [])),
    );
    const orders = new Map<string, readonly string[]>();
    const scores = {
      "ships-soonest": (branch: string) => Date.parse(days.get(branch)?.shipsOn ?? "") || 0,
      nearest: (branch: string, shipTo: Place | undefined) => miles(branch, shipTo) ?? Number.MAX_SAFE_INTEGER,
      rank: (branch: string) => byCode.get(branch)?.sourcingRank ?? Number.MAX_SAFE_INTEGER,
    };
    return {
      version,
      forbids,
      miles,
      choosing: (order) => choosing.filter(({ when }) => isFor(when, order)),
      shipDay: (branch) => days.get(branch) ?? null,
      dropShip(order, sku) {
        const rule = dropShips.find((one) => (one.skus?.includes(sku) ?? true) && isFor(one.when, order));
        const today = now.toISOString().slice(0, 10);
        return rule ? { supplier: rule.supplier, expectedOn: addBusinessDays(today, rule.workingDays) } : null;
      },
      inOrder(by, offered, shipTo) {
        if (by === undefined) return offered;
        const key = `${by.join()} ${offered.join()} ${keyOfPlace(shipTo)}`;
        const known = orders.get(key);
        if (known) return known;
        const better = (a: string, b: string) =>
          by.reduce((so, one) => so || scores[one](a, shipTo) - scores[one](b, shipTo), 0);
        const ordered = offered.toSorted(better);
        if (orders.size < ORDERS_MAX) orders.set(key, ordered);
        return ordered;
      },
    };
  };
}

function choosingRules(sourcing: readonly SourcingRule[]): readonly ChoosingRule[] {
  const numbered = sourcing.flatMap((one, index): ChoosingRule[] =>
    one.rule === "only-from" || one.rule === "drop-ship" ? [] : [{ ...one, number: index + 1 }],
  );
  return [...numbered, { rule: "fewest-branches", number: sourcing.length + 1 }];
}

function isFor(when: DropShip["when"], { channel, customerGroup, shipTo, shipComplete }: OrderTraits): boolean {
  if (when === undefined) return true;
  const among = (list: readonly string[] | undefined, one: string | undefined) =>
    list === undefined || (one !== undefined && list.includes(one));
  return (
    among(when.channels, channel) &&
    among(when.customerGroups, customerGroup) &&
    among(when.regions, shipTo?.region) &&
    (when.shipComplete === undefined || when.shipComplete === shipComplete)
  );
}

function compileOnlyFrom(rules: readonly OnlyFrom[]): SourcingRules["forbids"] {
  if (rules.length === 0) return null;
  const known = new WeakMap<ItemTraits, readonly OnlyFrom[]>();
  const concerning = (item: ItemTraits) => {
    const before = known.get(item);
    if (before) return before;
    const found = rules.filter(({ items }) => isSuch(item, items));
    known.set(item, found);
    return found;
  };
  return (item, branch) => {
    const rule = item && concerning(item).find(({ branches }) => !branches.includes(branch));
    return rule ? `${wordsFor(rule.items)} ships from ${rule.branches.join(", ")} only` : null;
  };
}

function isSuch(item: ItemTraits, { hazardous, sideOverIn, weightOverLb, skus }: OnlyFrom["items"]): boolean {
  const sides = [item.lengthIn, item.widthIn, item.heightIn].flatMap((side) => side ?? []);
  return (
    (hazardous === undefined || item.hazardous) &&
    (sideOverIn === undefined || sides.some((side) => compare(side, sideOverIn) > 0)) &&
    (weightOverLb === undefined || compare(item.weightLb, weightOverLb) > 0) &&
    (skus === undefined || skus.includes(item.sku))
  );
}

function wordsFor({ hazardous, sideOverIn, weightOverLb, skus }: OnlyFrom["items"]): string {
  const words = [
    ...(hazardous ? ["hazardous"] : []),
    ...(sideOverIn === undefined ? [] : [`longer than ${sideOverIn} in`]),
    ...(weightOverLb === undefined ? [] : [`heavier than ${weightOverLb} lb`]),
  ];
  return words.length > 0 ? `what is ${words.join(" and ")}` : `the item (${skus?.length ?? 0} are named)`;
}

const keyOfPlace = (place: Place | undefined) =>
  place ? `${place.country}-${place.region ?? ""}-${place.postalCode.slice(0, 5)}` : "";

function milesTable(branches: readonly PromisingBranch[], places: PromisingRules["places"]): SourcingRules["miles"] {
  const at = new Map(branches.map((one) => [one.branch, one.coordinates ?? coordinatesOf(one.address, places)]));
  const known = new Map<string, Coordinates | null>();
  const destination = (shipTo: Place) => {
    const key = keyOfPlace(shipTo);
    const before = known.get(key);
    if (before !== undefined) return before;
    const found = coordinatesOf(shipTo, places);
    if (known.size < ORDERS_MAX) known.set(key, found);
    return found;
  };
  return (branch, shipTo) => {
    const to = shipTo && destination(shipTo);
    const from = at.get(branch);
    return from && to ? milesBetween(from, to) : null;
  };
}
