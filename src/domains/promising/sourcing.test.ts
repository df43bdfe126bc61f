import type { Product } from "#contracts";
import { sampleProduct } from "#testing";
import { describe, expect, it } from "vitest";
import { chooseBranches, createFreeStock, type SourcingPreference } from "../inventory/choose-branches.ts";
import { findPromisingFaults } from "./find-faults.ts";
import { compilePromising, type PromisingBranch } from "./promising-plan.ts";
import type { BranchCalendar, PromisingRules, SourcingRule } from "./promising-rules.ts";

const calendar = (timeZone: string, different: Partial<BranchCalendar> = {}): BranchCalendar => ({
  timeZone,
  cutOff: "16:00",
  workingDays: ["mon", "tue", "wed", "thu", "fri"],
  ...different,
});
const branch = (
  code: string,
  region: string,
  postalCode: string,
  rank: number,
  more: Partial<PromisingBranch> = {},
) => ({
  branch: code,
  sourcingRank: rank,
  address: { country: "US", region, postalCode },
  ...more,
});
const branches: PromisingBranch[] = [
  branch("ATL", "GA", "30318", 1, { calendar: calendar("America/New_York") }),
  branch("DFW", "TX", "75244", 2, { calendar: calendar("America/Chicago") }),
  branch("ORD", "IL", "60632", 3, { calendar: calendar("America/Chicago", { closedOn: ["2026-01-05"] }) }),
  branch("RNO", "NV", "89434", 4),
];
const codes = branches.map(({ branch }) => branch);
/** Monday, 15:30 in Atlanta, 14:30 in Dallas and Chicago. */
const monday = new Date("2026-01-05T20:30:00Z");
const to = (region: string, postalCode = "00000") => ({ country: "US", region, postalCode });

interface Asked {
  readonly rules?: SourcingRule[];
  readonly more?: PromisingRules;
  readonly stock: Record<string, Record<string, number>>;
  readonly lines?: [sku: string, quantity: string][];
  readonly at?: Date;
  readonly items?: Product[];
  readonly preference?: Partial<SourcingPreference>;
}

function ask({ rules, more = {}, stock, lines = [["elbow", "5"]], at = monday, items = [], preference = {} }: Asked) {
  const plan = compilePromising({ ...more, ...(rules ? { sourcing: rules } : {}) }, branches);
  const free = createFreeStock(
    Object.entries(stock).flatMap(([branch, held]) =>
      Object.entries(held).map(([sku, available]) => ({ sku, branch, available: String(available) })),
    ),
  );
  const demands = lines.map(([sku, quantity], index) => ({
    lineNumber: index + 1,
    sku,
    quantity,
    baseUnitOfMeasure: "EA",
  }));
  const item = (sku: string) => items.find((one) => one.sku === sku);
  const asked = { branches: codes, shipComplete: false, rules: plan.at(at), item, ...preference };
  const sourced = chooseBranches(demands, asked, free);
  const from = sourced.map(({ taken }) => taken.map(({ branch }) => branch).join("+"));
  return { sourced, from, version: plan.version ?? "", why: sourced.map(({ explanation }) => explanation) };
}

describe("the rules by which branches are chosen", () => {
  const everywhere = { ATL: { elbow: 9 }, DFW: { elbow: 9 }, ORD: { elbow: 9 }, RNO: { elbow: 9 } };

  it("take the nearest branch that has all, and say how far it is, by which rule, and who was passed over", () => {
    const nearest: SourcingRule[] = [{ rule: "one-branch", by: ["nearest", "rank"] }];
    expect(ask({ rules: nearest, stock: everywhere, preference: { shipTo: to("CA") } }).from).toEqual(["RNO"]);
    expect(ask({ rules: nearest, stock: everywhere, preference: { shipTo: to("OK") } }).from).toEqual(["DFW"]);
    const { from, why, version } = ask({
      rules: nearest,
      stock: { ...everywhere, DFW: { elbow: 4 } },
      preference: { shipTo: to("LA") },
    });
    expect(from).toEqual(["ATL"]);
    expect(why).toEqual([
      `All 5 EA from ATL, the nearest branch that has the whole order (about 517 miles). Rule 1, one-branch, of ${version}; passed over: DFW lacks 1 of 1 line.`,
    ]);
    const unknown = ask({
      rules: nearest,
      stock: everywhere,
      preference: { shipTo: { country: "DE", postalCode: "1" } },
    });
    expect([unknown.from, unknown.why[0]]).toEqual([["ATL"], expect.stringContaining("the first branch that has")]);
  });

  it("know postal prefixes that the middle of a state is too coarse for", () => {
    const rules: SourcingRule[] = [{ rule: "one-branch", by: ["nearest"] }];
    const places = [{ country: "US", postalPrefix: "799", latitude: 31.8, longitude: -106.4 }];
    const elPaso = { shipTo: to("TX", "79901") };
    const stock = { ATL: { elbow: 9 }, ORD: { elbow: 9 }, RNO: { elbow: 9 } };
    expect(ask({ rules, stock, preference: elPaso }).from).toEqual(["ORD"]);
    expect(ask({ rules, stock, preference: elPaso, more: { places } }).from).toEqual(["RNO"]);
  });

  it("take the home branch, unless it is to ship today and does not", () => {
    const rules: SourcingRule[] = [
      { rule: "home-branch", shippingToday: true },
      { rule: "one-branch", by: ["ships-soonest", "rank"] },
    ];
    const home = (homeBranch: string) => ask({ rules, stock: everywhere, preference: { homeBranch } });
    expect(home("DFW").why[0]).toContain("All 5 EA from DFW, the customer's home branch. Rule 1, home-branch");
    expect(home("ORD").why[0]).toContain("passed over: ORD is closed today.");
    expect(home("ORD").from).toEqual(["RNO"]);
  });

  it("let a branch past its cut-off ship next working day: told, promised, and passed over where the rule asks who ships soonest", () => {
    const friday = new Date("2026-01-09T21:00:00Z"); // 16:00 in Atlanta, 15:00 in Dallas.
    const stock = { ATL: { elbow: 9 }, DFW: { elbow: 9 } };
    const byRank = ask({ rules: [{ rule: "one-branch" }], stock, at: friday });
    expect(byRank.sourced[0]).toMatchObject({ taken: [{ branch: "ATL" }], shipsOn: "2026-01-12" });
    expect(byRank.why[0]).toContain("ATL is past its cut-off of 16:00 and ships on 2026-01-12.");
    const soonest = ask({ rules: [{ rule: "one-branch", by: ["ships-soonest", "rank"] }], stock, at: friday });
    expect(soonest.sourced[0]).toMatchObject({ taken: [{ branch: "DFW" }], shipsOn: "2026-01-09" });
    expect(soonest.why[0]).toContain("the branch that ships soonest of those that have the whole order");
  });

  it("keep hazardous, oversize and heavy items to the branches that may ship them, whatever else would choose", () => {
    const rules: SourcingRule[] = [
      { rule: "only-from", items: { hazardous: true }, branches: ["ORD"] },
      { rule: "only-from", items: { sideOverIn: "96", weightOverLb: "70" }, branches: ["ATL", "DFW"] },
      { rule: "home-branch" },
      { rule: "one-branch" },
    ];
    const items = [
      sampleProduct({ sku: "solvent", hazardous: true }),
      sampleProduct({ sku: "pipe", lengthIn: "120", weightLb: "80" }),
      sampleProduct({ sku: "rod", lengthIn: "120", weightLb: "8" }),
    ];
    const all = Object.fromEntries(codes.map((code) => [code, { solvent: 9, pipe: 9, rod: 9 }]));
    const one = (sku: string) =>
      ask({ rules, items, stock: all, lines: [[sku, "1"]], preference: { homeBranch: "RNO" } });
    expect([one("solvent").from, one("pipe").from, one("rod").from]).toEqual([["ORD"], ["ATL"], ["RNO"]]);
    expect(one("solvent").why[0]).toContain("RNO may not: what is hazardous ships from ORD only; ATL may not");
    const both = ask({
      rules,
      items,
      stock: all,
      lines: [
        ["solvent", "1"],
        ["pipe", "1"],
      ],
    });
    expect(both.from).toEqual(["ORD", "ATL"]);
    const none = ask({ rules, items, stock: { ATL: { solvent: 9 } }, lines: [["solvent", "1"]] });
    expect(none.sourced[0]).toMatchObject({ taken: [], backordered: "1" });
  });

  it("are for the orders they name, and ask a supplier to ship what no branch has", () => {
    const rules: SourcingRule[] = [
      { rule: "one-branch", by: ["nearest"], when: { channels: ["b2b"] } },
      { rule: "fewest-branches" },
      { rule: "drop-ship", supplier: "VALVECO", skus: ["valve"], workingDays: 3, when: { shipComplete: false } },
    ];
    const stock = { DFW: { elbow: 9 }, ATL: { elbow: 9 } };
    const shipTo = to("TX");
    expect(ask({ rules, stock, preference: { shipTo, channel: "web-shop" } }).from).toEqual(["ATL"]);
    expect(ask({ rules, stock, preference: { shipTo, channel: "b2b" } }).from).toEqual(["DFW"]);
    const missing = ask({
      rules,
      stock,
      lines: [
        ["valve", "2"],
        ["tee", "1"],
      ],
    });
    expect(missing.sourced).toMatchObject([
      { backordered: "2", dropShip: { supplier: "VALVECO", expectedOn: "2026-01-08" } },
      { backordered: "1" },
    ]);
    expect(missing.why[0]).toContain("VALVECO could ship it directly by 2026-01-08.");
    const complete = ask({ rules, stock, lines: [["valve", "2"]], preference: { shipComplete: true } });
    expect(complete.sourced[0]).not.toHaveProperty("dropShip");
  });

  it("have another version when they or a branch change, and the same otherwise", () => {
    const versions = [
      compilePromising({ sourcing: [{ rule: "home-branch" }] }, branches),
      compilePromising({ sourcing: [{ rule: "one-branch" }] }, branches),
      compilePromising({ sourcing: [{ rule: "home-branch" }] }, branches.slice(1)),
      compilePromising({ sourcing: [{ rule: "home-branch" }] }, branches),
    ].map(({ version }) => version);
    expect(new Set(versions).size).toBe(3);
    expect(versions[3]).toBe(versions[0]);
    expect(versions[0]).toMatch(/^[0-9a-f]{8}$/);
  });
});

describe("what channels keep", () => {
  const reserved = (channelReserves: NonNullable<PromisingRules["channelReserves"]>) =>
    compilePromising({ channelReserves }, branches).reserves;

  it("is kept from the others, not from themselves; a named item's reserve takes the place of everything's", () => {
    const reserves = reserved([
      { channel: "b2b", quantity: "5" },
      { channel: "b2b", sku: "elbow", quantity: "20" },
      { channel: "b2b", sku: "elbow", branch: "ATL", quantity: "8" },
      { channel: "mobile", sku: "elbow", quantity: "1" },
    ]);
    expect(reserves.keptOverall("web-shop", "elbow")).toBe("21");
    expect(reserves.keptOverall("web-shop", "tee")).toBe("5");
    expect(reserves.keptAt("web-shop", "elbow", "ATL")).toBe("8");
    expect(reserves.keptOverall("b2b", "elbow")).toBe("1");
    expect(reserves.concerns("b2b", "tee")).toBe(false);
  });
});

describe("rules that cannot be meant", () => {
  it("are all told together, each with where it is", () => {
    const rules: PromisingRules = {
      sourcing: [
        { rule: "only-from", items: { hazardous: true }, branches: ["ATL", "MIA"] },
        { rule: "home-branch", when: { channels: ["fax"] } },
        { rule: "fewest-branches" },
        { rule: "one-branch" },
      ],
      channelReserves: [
        { channel: "portal", branch: "MIA", quantity: "1" },
        { channel: "web-shop", sku: "elbow", quantity: "1" },
        { channel: "web-shop", sku: "elbow", quantity: "2" },
      ],
    };
    const given = [...branches, branch("LAX", "CA", "90001", 5, { calendar: calendar("Mars/Olympus") })];
    expect(findPromisingFaults(rules, { branches: given, channels: ["web-shop"] })).toEqual([
      `/branches/4/calendar/timeZone: LAX's must be an IANA time zone; found "Mars/Olympus"`,
      `/promising/sourcing/0/branches/1: must be a branch of this configuration; found "MIA"`,
      `/promising/sourcing/1/when/channels/0: must be a channel of this configuration; found "fax"`,
      `/promising/sourcing/3: is never reached; /promising/sourcing/2 decides for every order`,
      `/promising/channelReserves/0/channel: must be a channel of this configuration; found "portal"`,
      `/promising/channelReserves/0/branch: must be a branch of this configuration; found "MIA"`,
      `/promising/channelReserves/2: keeps what an entry before it keeps already`,
    ]);
    expect(findPromisingFaults({}, { branches, channels: [] })).toEqual([]);
  });
});
