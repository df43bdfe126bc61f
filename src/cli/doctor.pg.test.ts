import { sampleCustomer, sampleDraft, samplePrice, sampleProduct, testDatabase, tradingPost } from "#testing";
import { afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { doctor } from "./doctor.ts";

const database = await testDatabase();
const post = tradingPost(database);

beforeAll(async () => {
  await post.stock({
    customers: [sampleCustomer()],
    products: [sampleProduct()],
    prices: [samplePrice()],
    onHand: { ATL: { "PVC-90-050": "30" } },
  });
  await post.intake.submit([{ draft: sampleDraft(), idempotencyKey: "first" }]);
});

beforeEach(() => vi.stubEnv("DATABASE_URL", database.url));
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** What a person reads, and the exit code. */
async function crossdockDoctor(...args: string[]): Promise<{ code: number; report: string }> {
  const said: string[] = [];
  const says = (line: string) => void said.push(line);
  vi.spyOn(console, "log").mockImplementation(says);
  vi.spyOn(console, "error").mockImplementation(says);
  return { code: await doctor.run(args), report: said.join("\n") };
}

it("says in one line that the books balance, and over how much", async () => {
  const well = { code: 0, report: "The books balance over 1 orders, 1 lines and 1 positions." };
  expect(await crossdockDoctor("books")).toEqual(well);
  expect(await crossdockDoctor()).toEqual(well);
});

it("names what is off, what it should say and what to do, and fails", async () => {
  await database.query("update inventory_positions set allocated = 7");
  const { code, report } = await crossdockDoctor("books");
  await database.query("update inventory_positions set allocated = 24");
  expect(code).toBe(1);
  expect(report.split("\n")).toEqual([
    "off   position-allocated-is-its-allocations",
    "        PVC-90-050@ATL: the position says 7 allocated, the allocations say 24.",
    expect.stringMatching(/^ {6}The allocations are what was promised: correct the position's allocated quantity/),
    "The books do not balance: 1 thing is off, over 1 orders, 1 lines and 1 positions.",
  ]);
});

it("tells of what its owner oversold, which is nobody's mistake here", async () => {
  await post.setOnHand("PVC-90-050", "ATL", "20");
  const { code, report } = await crossdockDoctor();
  expect(code).toBe(0);
  expect(report).toMatch(
    /^note .*\n +PVC-90-050@ATL: 24 allocated and only 20 on hand, since its owner said so at 2026/,
  );
  expect(report).toMatch(/Count the shelf\./);
});

it("says which checks there are when asked for another", async () => {
  expect(await crossdockDoctor("boks")).toEqual({
    code: 2,
    report: 'There is no check "boks"; there is: books, stock.',
  });
});

it("says how the stock is asked for when it is asked for otherwise", async () => {
  const said = {
    code: 2,
    report: "The stock check is asked for so: `crossdock doctor stock [--correct --reason WHY] [--json]`.",
  };
  expect(await crossdockDoctor("stock", "--fix")).toEqual(said);
  expect(await crossdockDoctor("stock", "ATL")).toEqual(said);
});
