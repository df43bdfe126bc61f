import { randomBytes } from "node:crypto";
import { applyStock, checkBooks, type StockMovement } from "#domains";
import { createEventLog } from "#events";
import { createIds, silentLog, systemClock } from "#platform";
import type { Call, Erp } from "#systems";
import { givenTrade, sampleLevel, testDatabase } from "#testing";
import { beforeEach, expect, it } from "vitest";
import { createReferenceSync } from "./reference-sync.ts";

const database = await testDatabase();
const ids = createIds(systemClock, randomBytes);
const eventLog = createEventLog({ ids, clock: systemClock, source: "test", routes: [] });
const STATED_AT = "2026-01-05T00:00:00.000Z";

const level = (sequence: number, onHand: number) =>
  sampleLevel({ sku: "BOLT", onHand: String(onHand), sequence: String(sequence), asOf: STATED_AT });
const posted: StockMovement = {
  movementId: "m2",
  sequence: "2",
  sku: "BOLT",
  branch: "ATL",
  quantity: "-4",
  kind: "issue",
  reference: "shp_1",
  occurredAt: STATED_AT,
};

/** An ERP that posts what was shipped after its movements were asked for, and before its levels are. */
function postsBetween(readLate: () => Promise<readonly StockMovement[]>) {
  const asked: string[] = [];
  const connector: Partial<Erp> = {
    readMovements: async (since) => {
      const isFirst = !asked.includes("movements");
      asked.push("movements");
      return { documents: isFirst ? [] : await readLate(), cursor: String(Number(since ?? 0) + 1), complete: true };
    },
    readStock: async (since) => {
      asked.push("levels");
      return { documents: since === null ? [level(2, 6)] : [], cursor: "1", complete: true };
    },
  };
  return { asked, ...syncWith(connector) };
}

function syncWith(connector: Partial<Erp>) {
  const sync = createReferenceSync({
    database,
    eventLog,
    ids,
    clock: systemClock,
    erp: { code: "erp", connector: connector as Erp, call: (options: object) => options as Call },
    log: silentLog,
  });
  return { synchronise: () => sync.synchronise(new AbortController().signal) };
}
const onHand = async () =>
  (await database.query<{ onHand: string }>(`select trim_scale(on_hand)::text as "onHand" from inventory_positions`))[0]
    ?.onHand;
const changesTold = () => database.query("select data from events where type = 'inventory.changed.v1'");

beforeEach(async () => {
  await database.query(
    "truncate inventory_positions, stock_movements, stock_issues, stock_floors, allocations, sales_orders, events, feeds cascade",
  );
  await givenTrade(database, []);
  await database.transaction((tx) => applyStock(tx, [level(1, 10)], { source: "erp", now: new Date(STATED_AT) }));
  await database.query(
    `insert into stock_issues (fulfillment_order_id, reason, sku, branch, quantity, reference, issued_at, stated_sequence)
     values ('ful_1', 'shipped', 'BOLT', 'ATL', 4, 'shp_1', '2026-01-06T08:30:00Z', 1)`,
  );
  await database.query("update inventory_positions set on_hand = 6");
});

it("takes a level behind the movements it contains, though they came after the movements were read", async () => {
  const { asked, synchronise } = postsBetween(async () => [posted]);
  const read = await synchronise();
  expect(read.map(({ entity, failure }) => [entity, failure])).toEqual([
    ["stock-movements", null],
    ["stock", null],
  ]);
  expect(asked).toEqual(["movements", "levels", "movements"]);
  expect(await onHand()).toBe("6");
  expect(await changesTold()).toEqual([]);
  expect(await database.query("select * from stock_issues")).toEqual([]);
  expect(await checkBooks(database)).toMatchObject({ balanced: true });
});

it("asks for no movements again where no level changed", async () => {
  const { asked, synchronise } = postsBetween(async () => [posted]);
  await synchronise();
  asked.length = 0;
  await synchronise();
  expect(asked).toEqual(["movements", "levels"]);
});

it("takes a level without the movements it contains where those cannot be read: less is promised until they are", async () => {
  const { synchronise } = postsBetween(() => Promise.reject(new Error("no answer")));
  await synchronise();
  expect(await onHand()).toBe("2");
  const [feed] = await database.query("select last_error from feeds where entity = 'stock-movements'");
  expect(feed).toEqual({ last_error: "no answer" });
});

it("believes that what was surely posted or counted is off, once the levels were read to their end, and not before", async () => {
  await database.query("update stock_issues set covered_from = '2026-01-06T12:00:00Z'");
  await database.query(
    `insert into stock_issues (fulfillment_order_id, reason, sku, branch, quantity, reference, issued_at, stated_sequence, covered_from)
     values ('ful_2', 'short-pick', 'BOLT', 'ATL', 1, 'ful_2', now(), 1, now() + interval '1 hour')`,
  );
  await database.query("update inventory_positions set on_hand = 5");
  let isDown = true;
  const readStock: Erp["readStock"] = async () => {
    if (isDown) throw new Error("no answer");
    return { documents: [], cursor: "1", complete: true };
  };
  const { synchronise } = syncWith({ readStock });
  await synchronise();
  expect(await onHand()).toBe("5");
  isDown = false;
  await synchronise();
  expect(await onHand()).toBe("9");
  expect(await changesTold()).toMatchObject([{ data: { position: "BOLT@ATL", onHand: "9" } }]);
  expect(await checkBooks(database)).toMatchObject({ balanced: true });
});
