import fc from "fast-check";
import type { PromisingRules } from "#domains";
import { branches, type Branch, type Channel } from "./catalog.ts";

/** The rules of one house: what is kept for whom, what ships from where, and who is served first. */
export interface House {
  readonly rules: PromisingRules;
  readonly words: string;
  /** What other channels keep of an item: at a branch, or (no branch) over all. */
  kept(channel: string, sku: string, branch?: Branch): number;
  mayShip(sku: string, branch: string): boolean;
}

type Reserve = NonNullable<PromisingRules["channelReserves"]>[number];
type Criterion = NonNullable<PromisingRules["backorders"]>["order"][number];

const reserves: Readonly<Record<string, readonly Reserve[]>> = {
  "nothing kept": [],
  "8 ELBOW kept for the portal": [{ channel: "portal", sku: "ELBOW", quantity: "8" }],
  "3 of each kept for the portal at ATL, 5 PIPE for the shop": [
    { channel: "portal", branch: "ATL", quantity: "3" },
    { channel: "web-shop", sku: "PIPE", quantity: "5" },
  ],
};
const orders: readonly (readonly Criterion[])[] = [
  ["first-come"],
  ["priority-customer", "first-come"],
  ["promised-date", "first-come"],
];
/** Who goes first where priority customers do. */
export const priorityCustomer = "Tight";
/** Ships from here only, where the house says so. */
const heavy = { sku: "PIPE", branch: "ATL" } as const;
/** Whose lines may become other items. */
export const substitutingChannel: Channel = "web-shop";

export const anyHouse: fc.Arbitrary<House> = fc
  .record({
    kept: fc.constantFrom(...Object.keys(reserves)),
    order: fc.constantFrom(...orders),
    isHeavy: fc.boolean(),
  })
  .map(houseOf);

export const plainHouse = houseOf({ kept: "nothing kept", order: ["first-come"], isHeavy: false });

interface Choice {
  readonly kept: string;
  readonly order: readonly Criterion[];
  readonly isHeavy: boolean;
}

function houseOf({ kept, order, isHeavy }: Choice): House {
  const channelReserves = [...(reserves[kept] ?? [])];
  const onlyFrom = {
    rule: "only-from" as const,
    items: { skus: [heavy.sku] },
    branches: [heavy.branch],
  };
  return {
    rules: {
      channelReserves,
      backorders: { order: [...order], priorityCustomers: [priorityCustomer] },
      substitution: { channels: [substitutingChannel] },
      ...(isHeavy && { sourcing: [onlyFrom, { rule: "home-branch" as const }, { rule: "one-branch" as const }] }),
    },
    words: `the house: ${kept}; ${order.join(", then ")}${isHeavy ? `; ${heavy.sku} from ${heavy.branch} only` : ""}`,
    kept: (channel, sku, branch) => keptFrom(channelReserves, channel, sku, branch),
    mayShip: (sku, branch) => !isHeavy || sku !== heavy.sku || branch === heavy.branch,
  };
}

/** A keeper's word on the very item stands before his word on all. */
function keptFrom(all: readonly Reserve[], channel: string, sku: string, branch: Branch | undefined): number {
  const others = all.filter((one) => one.channel !== channel && one.branch === branch);
  return [...Map.groupBy(others, (one) => one.channel).values()].reduce((sum, own) => {
    const one = own.find((reserve) => reserve.sku === sku) ?? own.find((reserve) => reserve.sku === undefined);
    return sum + Number(one?.quantity ?? 0);
  }, 0);
}

/** What a channel may have of an item at each branch, of so much that is free there; one after the other, the sum is bounded as well. */
export function seenBy(
  house: House,
  channel: string,
  freeAt: (sku: string, branch: Branch) => number,
): (sku: string, branch: Branch) => number {
  return (sku, branch) => {
    if (!house.mayShip(sku, branch)) return 0;
    const here = freeAt(sku, branch) - house.kept(channel, sku, branch);
    const everywhere = branches.reduce((sum, one) => sum + freeAt(sku, one), 0);
    const overall = house.kept(channel, sku);
    return Math.max(0, overall === 0 ? here : Math.min(here, everywhere - overall));
  };
}
