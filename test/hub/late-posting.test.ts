import { afterAll, expect, it } from "vitest";
import type { Problem } from "#contracts";
import { add, subtract } from "#platform";
import { runningHub } from "./running-hub.ts";

const hub = await runningHub();
afterAll(() => hub.control("granite", "goods-issue", { postAfterMs: 0 }));

const MONTH_MS = 30 * 86_400_000;
interface Position {
  readonly onHand: string;
  readonly issues: number;
}
const positionOf = async (sku: string): Promise<Position | undefined> => {
  const [position] = await hub.database.query<Position>(
    `select trim_scale(on_hand)::text as "onHand", (select count(*)::int from stock_issues i where i.sku = p.sku and i.branch = p.branch) as issues
       from inventory_positions p where sku = $1 and branch = 'ATL'`,
    [sku],
  );
  return position;
};
const comesToBe = (sku: string, wanted: Position) =>
  hub.until(`ATL has ${wanted.onHand} of ${sku} and ${wanted.issues} unposted`, null, async () => {
    const position = await positionOf(sku);
    return position?.onHand === wanted.onHand && position.issues === wanted.issues;
  });
/** Every figure of on hand anybody was told of, in order. */
const told = async (sku: string) =>
  (await hub.events(`inventory:${sku}@ATL`)).map(({ data }) => (data as { onHand: string }).onHand);
const receive = (sku: string, quantity: number) =>
  hub.control("granite", "receive-stock", { sku, branch: "ATL", quantity: String(quantity) });

it("promises nothing that left while the ERP has not posted it, whatever its stock feed says, and agrees with it in the end", async () => {
  await hub.control("granite", "goods-issue", { postAfterMs: MONTH_MS });
  const { sku } = hub.shelves.take();
  const before = (await positionOf(sku))?.onHand ?? "";
  const order = await hub.ordered([[sku, 20]]);
  await hub.learns(order.salesOrderId, "invoice.posted");
  const left = subtract(before, "20");
  await comesToBe(sku, { onHand: left, issues: 1 });

  // Granite's next level still has the goods in it.
  await receive(sku, 5);
  await comesToBe(sku, { onHand: add(left, "5"), issues: 1 });
  await receive(sku, 2);
  await comesToBe(sku, { onHand: add(left, "7"), issues: 1 });

  await hub.control("granite", "post-goods", {});
  await comesToBe(sku, { onHand: add(left, "7"), issues: 0 });
  await receive(sku, 1);
  await comesToBe(sku, { onHand: add(left, "8"), issues: 0 });
  expect((await told(sku)).slice(1)).toEqual([add(left, "5"), add(left, "7"), add(left, "8")]);
});

interface Drift {
  readonly sku: string;
  readonly cause: string;
  readonly unpostedSince: string | null;
}
interface Comparison {
  readonly drifts: readonly Drift[];
  readonly corrected: readonly Drift[];
}
const driftOf = async (sku: string) =>
  (await hub.get<Comparison>("/v1/stock/drift")).body.drifts.filter((drift) => drift.sku === sku);

it("what is not posted yet is told apart by the doctor from what nobody can explain, and only that is corrected", async () => {
  await hub.control("granite", "goods-issue", { postAfterMs: MONTH_MS });
  const [late, missed, wrong] = [hub.shelves.take(), hub.shelves.take(), hub.shelves.take()];
  const order = await hub.ordered([[late.sku, 20]]);
  await hub.learns(order.salesOrderId, "invoice.posted");
  const distort = (sku: string, change: string) =>
    hub.database.query(
      `update inventory_positions set on_hand = on_hand - 3, stated_on_hand = stated_on_hand - 3 ${change} where sku = $1 and branch = 'ATL'`,
      [sku],
    );
  await distort(missed.sku, ", source_sequence = 0");
  await distort(wrong.sku, "");
  const { body } = await hub.get<Comparison>("/v1/stock/drift");
  expect(Object.fromEntries(body.drifts.map(({ sku, cause }) => [sku, cause]))).toEqual({
    [late.sku]: "not-posted-yet",
    [missed.sku]: "change-not-received",
    [wrong.sku]: "unknown",
  });
  const { body: mended } = await hub.post<Comparison>("/v1/stock/corrections", { reason: "counted" });
  expect(mended.corrected.map(({ sku }) => sku).toSorted((one, other) => one.localeCompare(other))).toEqual(
    [missed.sku, wrong.sku].toSorted((one, other) => one.localeCompare(other)),
  );
  expect(await driftOf(missed.sku)).toEqual([]);
  expect(await driftOf(wrong.sku)).toEqual([]);
  expect(await driftOf(late.sku)).toMatchObject([{ cause: "not-posted-yet" }]);
  const [audited] = await hub.database.query<{ reason: string; after: readonly object[] }>(
    "select reason, after from audit_entries where action = 'correct-stock'",
  );
  expect(audited?.reason).toBe("counted");
  await hub.control("granite", "post-goods", {});
  await hub.until("the doctor finds nothing", null, async () => (await driftOf(late.sku)).length === 0);
});

it("agrees at once with an ERP that posts with the invoice", async () => {
  await hub.control("granite", "goods-issue", { postAfterMs: 0 });
  const { sku } = hub.shelves.take();
  const before = (await positionOf(sku))?.onHand ?? "";
  const order = await hub.ordered([[sku, 20]]);
  await hub.learns(order.salesOrderId, "invoice.posted");
  await comesToBe(sku, { onHand: subtract(before, "20"), issues: 0 });
});

it("compares nothing with an ERP that does not answer, and says so", async () => {
  await hub.behaves("granite", { mode: "down" });
  const { status, body } = await hub.get<Problem>("/v1/stock/drift");
  expect([status, body.code]).toEqual([503, "system-unavailable"]);
  expect(body.detail).toMatch(
    /^The ERP's stock could not be read to its end: erp, read-stock: .* Nothing was changed\.$/,
  );
  await hub.isWell("granite");
});
