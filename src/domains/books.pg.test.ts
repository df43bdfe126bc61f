import { sampleCustomer, sampleDraft, samplePrice, sampleProduct, testDatabase, tradingPost } from "#testing";
import { beforeAll, describe, expect, it } from "vitest";
import { checkBooks } from "./books.ts";
import { findSalesOrders } from "./orders/read/find-sales-orders.ts";

const database = await testDatabase();
const post = tradingPost(database);
let salesOrderId = "";

beforeAll(async () => {
  await post.stock({
    customers: [sampleCustomer()],
    products: [sampleProduct()],
    prices: [samplePrice()],
    onHand: { ATL: { "PVC-90-050": "30" }, DFW: { "PVC-90-050": "5" } },
  });
  const [result] = await post.intake.submit([{ draft: sampleDraft(), idempotencyKey: "first" }]);
  salesOrderId = result?.salesOrder?.salesOrderId ?? "";
  // What the table refuses by itself must be found where it got in all the same: by a restore, by hand.
  await database.query(
    `alter table sales_order_lines drop constraint sales_order_lines_check, drop constraint sales_order_lines_check1,
       drop constraint if exists sales_order_lines_sales_order_id_fkey;
     alter table allocations drop constraint if exists allocations_sales_order_id_line_number_fkey`,
  );
});

describe("the books", () => {
  it.each([
    [
      "line-quantities-add-up",
      "ORDER line 1",
      "update sales_order_lines set quantity_open = quantity_open + 1",
      "24 ordered, but open 1 + allocated 24 + backordered 0 + shipped 0 + cancelled 0; they should make 24",
    ],
    [
      "line-quantities-add-up",
      "ORDER line 1",
      "update sales_order_lines set quantity_open = -1, quantity_shipped = 1",
      "24 ordered, but open -1 + allocated 24 + backordered 0 + shipped 1 + cancelled 0; none may be below 0",
    ],
    [
      "line-allocated-is-its-allocations",
      "ORDER line 1",
      "update sales_order_lines set quantity_allocated = 20, quantity_open = 4",
      "the line says 20 allocated, its allocations say 24",
    ],
    [
      "line-allocated-is-its-allocations",
      "ORDER line 2",
      `insert into allocations (sales_order_id, line_number, branch, sku, quantity)
         select sales_order_id, 2, branch, sku, 2 from allocations;
       update inventory_positions set allocated = 26 where branch = 'ATL'`,
      "there is no such line, its allocations say 2 and should not be there",
    ],
    [
      "position-allocated-is-its-allocations",
      "PVC-90-050@ATL",
      "update inventory_positions set allocated = 7 where branch = 'ATL'",
      "the position says 7 allocated, the allocations say 24",
    ],
    [
      "position-reserved-is-its-reservations",
      "PVC-90-050@ATL",
      `update inventory_positions set reserved = 2 where branch = 'ATL'`,
      "the position says 2 reserved, the live reservations say 0",
    ],
    [
      "position-on-hand-is-its-ledger",
      "PVC-90-050@ATL",
      `insert into stock_issues values ('ful_1', 'shipped', 'PVC-90-050', 'ATL', 3, 'shp_1', now(), 1);
       insert into stock_movements values ('erp', 'm', 99, 'PVC-90-050', 'ATL', 1, 'receipt', null, now(), now(), false)`,
      "the position says 30 on hand; 30 stated, 1 moved since and 3 shipped and not posted yet make 28",
    ],
    [
      "position-not-oversold",
      "PVC-90-050@ATL",
      "update inventory_positions set on_hand = 23, stated_on_hand = 23 where branch = 'ATL'",
      "24 allocated and only 23 on hand",
    ],
    [
      "allocation-awaits-its-shipment",
      "ORDER line 1",
      "update allocations set fulfillment_order_id = 'ful_lost'",
      "24 stay allocated at ATL for ful_lost, which is not there; it should be 0",
    ],
    [
      "line-has-its-order",
      "so_lost",
      `insert into sales_order_lines select lost.* from sales_order_lines l,
         jsonb_populate_record(l, '{"sales_order_id": "so_lost", "quantity_allocated": 0, "quantity_cancelled": 24}') as lost`,
      "there is no such order, but lines of it",
    ],
    [
      "order-amount-is-its-lines",
      "ORDER",
      "update sales_orders set merchandise_amount = 59.99",
      "the order says 59.99, its lines add up to 60.00",
    ],
    [
      "order-amount-is-its-lines",
      "ORDER",
      "delete from allocations; delete from sales_order_lines; update inventory_positions set allocated = 0",
      "the order says 60.00 and has no lines",
    ],
    [
      "finished-order-waits-for-nothing",
      "ORDER",
      "update sales_orders set stage = 'closed'",
      "is closed and still has 24 to ship and binds 60.00 of credit; both should be 0",
    ],
    [
      "exposure-is-its-orders",
      "C-1001",
      "update customer_credits set hub_exposure = 61",
      "the customer's hub exposure says 61, the orders say 60.00",
    ],
  ] as const)("name what is off: %s, %s", async (law, what, tamper, explanation) => {
    expect(await checkBooks(database)).toMatchObject({
      balanced: true,
      faults: [],
      checked: { orders: 1, lines: 1, positions: 2 },
    });
    const undo = new Error("undo");
    const tampered = database.transaction(async (tx) => {
      await tx.query(tamper);
      const named = { law, what: what.replace("ORDER", salesOrderId), explanation };
      expect((await checkBooks(tx)).faults).toEqual([named]);
      throw undo;
    });
    await expect(tampered).rejects.toBe(undo);
  });
});

describe("an order is found", () => {
  it("by the numbers of the ERP, the carrier, the freight bill and the invoice", async () => {
    await database.query("update sales_orders set erp_order_number = 'ERP-9'");
    await database.query(
      `insert into fulfillment_orders (fulfillment_order_id, sales_order_id, correlation_id, branch, warehouse, status, ship_to,
                                       sourcing_explanation, requested_at)
       values ('ful_1', $1, 'story', 'ATL', 'wms', 'shipped', '{}', '', now())`,
      [salesOrderId],
    );
    await database.query(
      `insert into shipments (shipment_id, sales_order_id, fulfillment_order_id, correlation_id, branch, status, mode, currency, ship_from,
                              ship_to, handling_units, tracking_number, pro_number, bol_number, created_at)
       values ('shp_1', $1, 'ful_1', 'story', 'ATL', 'delivered', 'ltl', 'USD', '{}', '{}', '[]', '1Z999', 'PRO-5', 'BOL-6', now())`,
      [salesOrderId],
    );
    await database.query(
      `insert into invoices (invoice_id, invoice_number, sales_order_id, shipment_id, customer_number, currency, merchandise_amount, tax_amount,
                             freight_amount, total_amount, lines, posted_at)
       values ('inv_1', 'IN-77', $1, 'shp_1', 'C-1001', 'USD', 60, 0, 0, 60, '[]', now())`,
      [salesOrderId],
    );
    for (const any of ["ERP-9", "1Z999", "PRO-5", "BOL-6", "IN-77", "ful_1", "shp_1", "inv_1"]) {
      expect(await findSalesOrders(database, { any })).toMatchObject([{ salesOrderId, status: "in-fulfillment" }]);
    }
  });
});
