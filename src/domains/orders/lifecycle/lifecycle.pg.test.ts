import { randomBytes } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type {
  FulfillmentPicked,
  FulfillmentRecalled,
  FulfillmentReleaseRefused,
  FulfillmentShipped,
  SalesOrderCancelRequested,
  SalesOrderRegistered,
} from "#contracts";
import { FulfillmentRequested, type DataOf, type EffectCall, type EventDraft } from "#contracts";
import { createIds, systemClock, type Transaction } from "#platform";
import {
  givenOrder,
  givenStock,
  givenTrade,
  imbalances,
  linesOf,
  stockOf,
  testDatabase,
  untilOneWaits,
} from "#testing";
import { cancelFulfillments, giveBackRecalled } from "../../fulfillments/give-back.ts";
import { recordPicked } from "../../fulfillments/record-progress.ts";
import { recordShipped } from "../../fulfillments/record-shipped.ts";
import { sourceFulfillments } from "../../fulfillments/source-fulfillments.ts";
import { shipmentIdOf } from "../../shipments/identity.ts";
import { cancelBeforeFulfillment, recallFulfillments, recordRecallRefused } from "./cancel-orders.ts";
import { fillBackorders } from "./fill-backorders.ts";
import { recordRegistered } from "./registration.ts";

const database = await testDatabase();
const ids = createIds(systemClock, randomBytes);
const context = { now: new Date("2026-11-23T12:00:00Z"), ids };

type Effect<Data> = (
  tx: Transaction,
  calls: readonly EffectCall<Data>[],
  context: { now: Date; ids: typeof ids },
) => Promise<readonly EventDraft[]>;

/** Runs one effect for one event, as the engine would. */
const react = <Data>(run: Effect<Data>, data: Data): Promise<readonly EventDraft[]> =>
  database.transaction((tx) =>
    run(
      tx,
      [
        {
          instanceId: "i",
          event: {
            id: ids.next("evt"),
            type: "t",
            source: "s",
            subject: "x",
            time: context.now,
            correlationId: "story",
            causationId: null,
            data,
          },
        },
      ],
      context,
    ),
  );
const named = (drafts: readonly EventDraft[]) => drafts.map((draft) => draft.type.replace(/\.v1$/, ""));
const only = (drafts: readonly EventDraft[], type: string) => drafts.filter((draft) => draft.type === `${type}.v1`);
const requestedOf = (drafts: readonly EventDraft[]) =>
  only(drafts, FulfillmentRequested.name).map((draft) => draft.data as DataOf<typeof FulfillmentRequested>);

async function sourced(salesOrderId: string) {
  return requestedOf(await react(sourceFulfillments, { salesOrderId }));
}
const lineAt = (fulfillment: DataOf<typeof FulfillmentRequested>, quantity: string, quantityShort = "0") => {
  const [line] = fulfillment.lines;
  return { lineNumber: line?.lineNumber ?? 1, sku: line?.sku ?? "", quantity, quantityShort };
};
const which = ({ fulfillmentOrderId, salesOrderId, branch }: DataOf<typeof FulfillmentRequested>) => ({
  fulfillmentOrderId,
  salesOrderId,
  branch,
});
const shippedOf = (
  fulfillment: DataOf<typeof FulfillmentRequested>,
  quantity: string,
): DataOf<typeof FulfillmentShipped> => {
  const { lineNumber, sku } = lineAt(fulfillment, quantity);
  return {
    ...which(fulfillment),
    shipmentId: shipmentIdOf(fulfillment.fulfillmentOrderId),
    channel: "web-shop",
    shippedAt: "2026-11-23T12:00:00Z",
    lines: [{ lineNumber, sku, quantity }],
  };
};
const cancelled = (salesOrderId: string): DataOf<typeof SalesOrderCancelRequested> => ({
  salesOrderId,
  by: "kim",
  reason: "Ordered twice",
});

let sku = "";
beforeEach(async () => {
  sku = `SKU-${randomBytes(4).toString("hex")}`;
  await givenTrade(database, [sku]);
});
afterEach(async () => {
  expect(await imbalances(database)).toEqual([]);
});

describe("sourcing", () => {
  it("asks each branch for its part and nobody for what is backordered", async () => {
    await givenStock(database, sku, "ATL", "6");
    await givenStock(database, sku, "DAL", "3");
    const { salesOrderId } = await givenOrder(database, [{ sku, quantity: "12", from: { ATL: "6", DAL: "3" } }]);
    const requested = await sourced(salesOrderId);
    expect(requested.map(({ branch, warehouse, lines }) => [branch, warehouse, lines[0]?.quantity])).toEqual([
      ["ATL", "wms-atl", "6"],
      ["DAL", "wms-dal", "3"],
    ]);
    expect(await sourced(salesOrderId)).toEqual([]);
  });

  it("lets an order that is to ship complete wait until nothing of it is backordered", async () => {
    await givenStock(database, sku, "ATL", "6");
    const { salesOrderId } = await givenOrder(database, [{ sku, quantity: "8", from: { ATL: "6" } }], {
      shipComplete: true,
    });
    expect(await sourced(salesOrderId)).toEqual([]);
    await givenStock(database, sku, "ATL", "2");
    await database.transaction((tx) => fillBackorders(tx, [{ sku, branch: "ATL" }]));
    expect((await sourced(salesOrderId)).map((one) => one.lines[0]?.quantity)).toEqual(["8"]);
  });
});

describe("a short pick", () => {
  it("is sought at another branch at once, and what was not there is off the books", async () => {
    await givenStock(database, sku, "ATL", "6");
    await givenStock(database, sku, "DAL", "5");
    const { salesOrderId } = await givenOrder(database, [{ sku, quantity: "6", from: { ATL: "6" } }]);
    const [fulfillment] = await sourced(salesOrderId);
    if (!fulfillment) throw new Error("nothing was sourced");
    const drafts = await react(recordPicked({ countedWithinMs: 86_400_000 }), {
      ...which(fulfillment),
      lines: [lineAt(fulfillment, "4", "2")],
    });
    expect(named(drafts)).toEqual(["inventory.changed", "sales-order.backordered", "sales-order.backorder-filled"]);
    expect(await stockOf(database, sku, "ATL")).toBe("4 / 4");
    expect(await stockOf(database, sku, "DAL")).toBe("5 / 2");
    expect((await sourced(salesOrderId)).map((one) => [one.branch, one.lines[0]?.quantity])).toEqual([["DAL", "2"]]);
  });

  it("waits as a backorder where no branch has it, and does not try the same shelf again", async () => {
    await givenStock(database, sku, "ATL", "100");
    const { salesOrderId } = await givenOrder(database, [{ sku, quantity: "6", from: { ATL: "6" } }]);
    const [fulfillment] = await sourced(salesOrderId);
    if (!fulfillment) throw new Error("nothing was sourced");
    const drafts = await react(recordPicked({ countedWithinMs: 86_400_000 }), {
      ...which(fulfillment),
      lines: [lineAt(fulfillment, "4", "2")],
    });
    expect(named(drafts)).toEqual(["inventory.changed", "sales-order.backordered"]);
    expect(await linesOf(database, salesOrderId)).toEqual(["allocated 4, backordered 2"]);
    expect(await stockOf(database, sku, "ATL")).toBe("98 / 4");
    const fillAgain = (avoidRefusedBranches: boolean) =>
      database.transaction((tx) => fillBackorders(tx, [{ sku, branch: "ATL" }], { avoidRefusedBranches }));
    expect(await fillAgain(true)).toEqual([]);
    expect(named(await fillAgain(false))).toEqual(["sales-order.backorder-filled"]);
  });

  it("of everything ends the fulfillment", async () => {
    await givenStock(database, sku, "ATL", "6");
    const { salesOrderId } = await givenOrder(database, [{ sku, quantity: "6", from: { ATL: "6" } }]);
    const [fulfillment] = await sourced(salesOrderId);
    if (!fulfillment) throw new Error("nothing was sourced");
    const drafts = await react<DataOf<typeof FulfillmentPicked>>(recordPicked({ countedWithinMs: 86_400_000 }), {
      ...which(fulfillment),
      lines: [lineAt(fulfillment, "0", "6")],
    });
    expect(only(drafts, "fulfillment.cancelled").map((draft) => draft.data)).toMatchObject([
      { cause: "nothing-picked" },
    ]);
    expect(await linesOf(database, salesOrderId)).toEqual(["backordered 6"]);
    expect(await stockOf(database, sku, "ATL")).toBe("0 / 0");
  });
});

describe("a warehouse that refuses the work", () => {
  it("is passed over: the goods are sought at another branch, and not at the same one", async () => {
    await givenStock(database, sku, "ATL", "6");
    await givenStock(database, sku, "DAL", "2");
    const { salesOrderId } = await givenOrder(database, [{ sku, quantity: "6", from: { ATL: "6" } }]);
    const [fulfillment] = await sourced(salesOrderId);
    if (!fulfillment) throw new Error("nothing was sourced");
    const refused: DataOf<typeof FulfillmentReleaseRefused> = {
      ...which(fulfillment),
      warehouse: "wms-atl",
      reason: "Stocktaking",
    };
    const drafts = await react((tx, calls) => cancelFulfillments(tx, calls, "release-refused"), refused);
    expect(named(drafts)).toEqual(["fulfillment.cancelled", "sales-order.backordered", "sales-order.backorder-filled"]);
    expect(await linesOf(database, salesOrderId)).toEqual(["allocated 2, backordered 4"]);
    expect(await stockOf(database, sku, "ATL")).toBe("6 / 0");
  });
});

describe("goods that come back from a branch", () => {
  type Requested = DataOf<typeof FulfillmentRequested>;
  const refuse = (fulfillment: Requested) => {
    const refused: DataOf<typeof FulfillmentReleaseRefused> = {
      ...which(fulfillment),
      warehouse: "wms-dal",
      reason: "Stocktaking",
    };
    return react((tx, calls) => cancelFulfillments(tx, calls, "release-refused"), refused);
  };
  const pickTwo = (fulfillment: Requested) => {
    const picked: DataOf<typeof FulfillmentPicked> = { ...which(fulfillment), lines: [lineAt(fulfillment, "2", "4")] };
    return react(recordPicked({ countedWithinMs: 1 }), picked);
  };
  const shipTwo = (fulfillment: Requested) => react(recordShipped, shippedOf(fulfillment, "2"));

  /** As a list of orders that locks all there is of an item, branch by branch. */
  function neighbour() {
    const { promise: isAtAtlanta, resolve: atAtlanta } = Promise.withResolvers<void>();
    const { promise: mayGoOn, resolve: goOn } = Promise.withResolvers<void>();
    const lock = "select from inventory_positions where sku = $1 and branch = $2 for no key update";
    const isDone = database.transaction(async (tx) => {
      await tx.query(lock, [sku, "ATL"]);
      atAtlanta();
      await mayGoOn;
      await tx.query(lock, [sku, "DAL"]);
    });
    return { isAtAtlanta, goOn, isDone };
  }

  it.each([
    ["refused", refuse, "allocated 6"],
    ["not found", pickTwo, "allocated 6"],
    ["left behind", shipTwo, "allocated 4, shipped 2"],
  ])("are sought elsewhere in the order in which everybody locks: %s", async (_why, comeBack, becomes) => {
    await givenStock(database, sku, "ATL", "9");
    await givenStock(database, sku, "DAL", "6");
    const { salesOrderId } = await givenOrder(database, [{ sku, quantity: "6", from: { DAL: "6" } }]);
    const [fulfillment] = await sourced(salesOrderId);
    if (!fulfillment) throw new Error("nothing was sourced");
    const { isAtAtlanta, goOn, isDone } = neighbour();
    await isAtAtlanta;
    const cameBack = comeBack(fulfillment);
    await untilOneWaits(database);
    goOn();
    await Promise.all([isDone, cameBack]);
    expect(await linesOf(database, salesOrderId)).toEqual([becomes]);
  });
});

describe("shipped goods", () => {
  it("leave the shelf, and the order has shipped when nothing of it is left", async () => {
    await givenStock(database, sku, "ATL", "10");
    const { salesOrderId } = await givenOrder(database, [{ sku, quantity: "6", from: { ATL: "6" } }]);
    const [fulfillment] = await sourced(salesOrderId);
    if (!fulfillment) throw new Error("nothing was sourced");
    expect(named(await react(recordShipped, shippedOf(fulfillment, "6")))).toEqual([
      "inventory.changed",
      "sales-order.shipped",
    ]);
    expect(await linesOf(database, salesOrderId)).toEqual(["shipped 6"]);
    expect(await stockOf(database, sku, "ATL")).toBe("4 / 0");
  });

  it("that stayed behind though picked are backordered, and filled again from where they lie", async () => {
    await givenStock(database, sku, "ATL", "6");
    const { salesOrderId } = await givenOrder(database, [{ sku, quantity: "6", from: { ATL: "6" } }]);
    const [fulfillment] = await sourced(salesOrderId);
    if (!fulfillment) throw new Error("nothing was sourced");
    expect(named(await react(recordShipped, shippedOf(fulfillment, "5")))).toEqual([
      "inventory.changed",
      "sales-order.backordered",
      "sales-order.backorder-filled",
    ]);
    expect(await linesOf(database, salesOrderId)).toEqual(["allocated 1, shipped 5"]);
    expect(await stockOf(database, sku, "ATL")).toBe("1 / 1");
  });
});

describe("stock that arrives", () => {
  it("goes to the orders in which they waited, one event an order", async () => {
    await givenStock(database, sku, "ATL", "0");
    const [first, second, third] = [
      await givenOrder(database, [{ sku, quantity: "4" }]),
      await givenOrder(database, [{ sku, quantity: "4" }]),
      await givenOrder(database, [{ sku, quantity: "4" }]),
    ];
    await givenStock(database, sku, "ATL", "6");
    const drafts = await database.transaction((tx) => fillBackorders(tx, [{ sku, branch: "ATL" }]));
    expect(drafts.map((draft) => draft.subject)).toEqual([first.salesOrderId, second.salesOrderId]);
    expect([
      await linesOf(database, first.salesOrderId),
      await linesOf(database, second.salesOrderId),
      await linesOf(database, third.salesOrderId),
    ]).toEqual([["allocated 4"], ["allocated 2, backordered 2"], ["backordered 4"]]);
  });

  it("is not given to an order as far as it is kept for a cart", async () => {
    const { salesOrderId } = await givenOrder(database, [{ sku, quantity: "5" }]);
    await givenStock(database, sku, "ATL", "6");
    await database.query("update inventory_positions set reserved = 4 where sku = $1", [sku]);
    await database.transaction((tx) => fillBackorders(tx, [{ sku, branch: "ATL" }]));
    expect(await linesOf(database, salesOrderId)).toEqual(["allocated 2, backordered 3"]);
    await database.query("update inventory_positions set reserved = 0 where sku = $1", [sku]);
  });

  it("is not given twice when two feeds tell of it at once", async () => {
    await givenStock(database, sku, "ATL", "0");
    const orders = [
      await givenOrder(database, [{ sku, quantity: "5" }]),
      await givenOrder(database, [{ sku, quantity: "5" }]),
    ];
    await givenStock(database, sku, "ATL", "7");
    const fill = () => database.transaction((tx) => fillBackorders(tx, [{ sku, branch: "ATL" }]), { retries: 3 });
    await Promise.all([fill(), fill(), fill()]);
    expect(await Promise.all(orders.map((order) => linesOf(database, order.salesOrderId)))).toEqual([
      ["allocated 5"],
      ["allocated 2, backordered 3"],
    ]);
    expect(await stockOf(database, sku, "ATL")).toBe("7 / 7");
  });
});

describe("a cancellation", () => {
  it("before any branch works frees stock and credit, and the stock goes to who waits for it", async () => {
    await givenStock(database, sku, "ATL", "6");
    const { salesOrderId } = await givenOrder(database, [{ sku, quantity: "8", unitPrice: "2", from: { ATL: "6" } }]);
    const waiting = await givenOrder(database, [{ sku, quantity: "4" }]);
    const boundOf = async (id: string) => {
      const rows = await database.query<{ hub: number; own: number }>(
        `select c.hub_exposure::float8 as hub, o.exposure_amount::float8 as own
           from sales_orders o join customer_credits c on c.customer_number = o.customer_number where o.sales_order_id = $1`,
        [id],
      );
      return rows[0] ?? { hub: Number.NaN, own: Number.NaN };
    };
    const before = await boundOf(salesOrderId);
    expect(before.own).toBe(16);
    const drafts = await react(cancelBeforeFulfillment, cancelled(salesOrderId));
    expect(await boundOf(salesOrderId)).toEqual({ hub: before.hub - 16, own: 0 });
    expect(named(drafts)).toEqual(["sales-order.backorder-filled"]);
    expect(await linesOf(database, salesOrderId)).toEqual(["cancelled 8"]);
    expect(await linesOf(database, waiting.salesOrderId)).toEqual(["allocated 4"]);
  });

  it("asks every branch that has not shipped to stop, and is settled when all have", async () => {
    await givenStock(database, sku, "ATL", "6");
    await givenStock(database, sku, "DAL", "3");
    const { salesOrderId } = await givenOrder(database, [{ sku, quantity: "12", from: { ATL: "6", DAL: "3" } }]);
    const [atl, dal] = await sourced(salesOrderId);
    if (!atl || !dal) throw new Error("nothing was sourced");
    const drafts = await react(recallFulfillments, cancelled(salesOrderId));
    expect(named(drafts)).toEqual(["fulfillment.recall-requested", "fulfillment.recall-requested"]);
    expect(await linesOf(database, salesOrderId)).toEqual(["allocated 9, cancelled 3"]);
    expect(named(await react<DataOf<typeof FulfillmentRecalled>>(giveBackRecalled, which(atl)))).toEqual([
      "fulfillment.cancelled",
    ]);
    expect(named(await react<DataOf<typeof FulfillmentRecalled>>(giveBackRecalled, which(dal)))).toEqual([
      "fulfillment.cancelled",
      "sales-order.recalled",
    ]);
    expect(await linesOf(database, salesOrderId)).toEqual(["cancelled 12"]);
    expect(await stockOf(database, sku, "ATL")).toBe("6 / 0");
  });

  it("that comes too late for one branch cancels the rest and goes on with that one", async () => {
    await givenStock(database, sku, "ATL", "6");
    await givenStock(database, sku, "DAL", "3");
    const { salesOrderId } = await givenOrder(database, [{ sku, quantity: "9", from: { ATL: "6", DAL: "3" } }]);
    const [atl, dal] = await sourced(salesOrderId);
    if (!atl || !dal) throw new Error("nothing was sourced");
    await react(recallFulfillments, cancelled(salesOrderId));
    await react(recordRecallRefused, { ...which(atl), reason: "the truck has left" });
    const drafts = await react<DataOf<typeof FulfillmentRecalled>>(giveBackRecalled, which(dal));
    expect(only(drafts, "sales-order.cancel-refused").map((draft) => draft.data)).toMatchObject([
      {
        reason: expect.stringContaining("ATL goes on: the truck has left"),
        cancelledLines: [{ lineNumber: 1, quantity: "3" }],
      },
    ]);
    expect(named(await react(recordShipped, shippedOf(atl, "6")))).toContain("sales-order.shipped");
    expect(await linesOf(database, salesOrderId)).toEqual(["shipped 6, cancelled 3"]);
  });

  it("does not seek elsewhere what a branch finds short of an order that is being cancelled", async () => {
    await givenStock(database, sku, "ATL", "6");
    await givenStock(database, sku, "DAL", "6");
    const { salesOrderId } = await givenOrder(database, [{ sku, quantity: "6", from: { ATL: "6" } }]);
    const [atl] = await sourced(salesOrderId);
    if (!atl) throw new Error("nothing was sourced");
    await react(recallFulfillments, cancelled(salesOrderId));
    await react(recordPicked({ countedWithinMs: 86_400_000 }), { ...which(atl), lines: [lineAt(atl, "4", "2")] });
    expect(await linesOf(database, salesOrderId)).toEqual(["allocated 4, cancelled 2"]);
    expect(await stockOf(database, sku, "DAL")).toBe("6 / 0");
  });
});

describe("an order the ERP has", () => {
  it("binds the customer's credit there and no longer here", async () => {
    const { salesOrderId } = await givenOrder(database, [{ sku, quantity: "2", unitPrice: "50" }]);
    const credit = () =>
      database.query<{ erp: string; both: string }>(
        `select erp_balance::text as erp, (erp_balance + hub_exposure)::text as both from customer_credits`,
      );
    const [before] = await credit();
    await react<DataOf<typeof SalesOrderRegistered>>(recordRegistered, {
      salesOrderId,
      system: "erp",
      erpOrderNumber: "E-1",
    });
    const [after] = await credit();
    expect(Number(after?.erp) - Number(before?.erp)).toBe(100);
    expect(after?.both).toBe(before?.both);
  });
});
