import { turnableClock, type TurnableClock } from "#platform";
import { Decimal } from "decimal.js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sandboxData } from "../data/sandbox-data.ts";
import { createCounterparty, type Counterparty } from "../kernel/counterparty.ts";
import { memoryJournal } from "../kernel/journal.ts";
import { graniteErp } from "./granite.ts";

const data = sandboxData({ seed: 7, openedOn: "2026-01-05" });
const journal = memoryJournal();
let clock: TurnableClock;
let granite: Counterparty;
const open = () =>
  createCounterparty(graniteErp({ data, apiKey: "k" }), { clock, timeScale: 1, random: () => 0.5, journal });

beforeEach(async () => {
  clock = turnableClock(new Date("2026-01-05T09:00:00Z"));
  journal.clear();
  granite = await open();
});
afterEach(() => granite.stop());

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown> & { readonly Err?: { readonly Code: string } };
}

async function send(path: string, body?: object, key?: string): Promise<Answer> {
  const response = await fetch(`${granite.url}${path.startsWith("/control") ? "" : "/granite/v3"}${path}`, {
    ...(body && { method: "POST", body: JSON.stringify(body) }),
    headers: {
      "x-api-key": "k",
      ...(body && { "content-type": "application/json" }),
      ...(key !== undefined && { "x-request-id": key }),
    },
  });
  return { status: response.status, body: (await response.json()) as Answer["body"] };
}

const address = { Nm: "Receiving", Ad1: "1 Main St", Cty: "Atlanta", St: "GA", Zip: "30324", Cntry: "US" };
const order = (ExtRef: string, more: object = {}) => ({
  ExtRef,
  CustNo: "C-1001",
  OrdDate: "20260105",
  Curr: "USD",
  ShipTo: address,
  Lines: [{ LineNo: "1", ItemNo: "VLV-BALL-100", Qty: "10", Uom: "EACH", Price: "18.715" }],
  ...more,
});
const invoice = (OrdNo: unknown, ShipRef: string, Qty: string) => ({
  ExtRef: `inv ${ShipRef}`,
  OrdNo,
  ShipRef,
  CustNo: "C-1001",
  Curr: "USD",
  Frt: "12.50",
  Goods: { Whse: "ATL", Lines: [{ ItemNo: "VLV-BALL-100", Qty }] },
  Lines: [{ LineNo: "1", ItemNo: "VLV-BALL-100", Qty, Price: "18.715", Tax: "1.05" }],
});
const stockOf = (item: string) => data.stock.find(({ sku, branch }) => sku === item && branch === "ATL")?.onHand;
const news = async (feed: "stock" | "movements") =>
  (await send(`/feeds/${feed}?After=${feed === "stock" ? data.stock.length : 0}`)).body["Rows"];
const balance = async () => {
  const { body } = await send("/feeds/customers?After=39");
  return (body["Rows"] as { CustNo: string; ArBal: string }[]).find(({ CustNo }) => CustNo === "C-1001")?.ArBal;
};

describe("Granite ERP", () => {
  it("answers the same key with the same order for a day, and opens another after that", async () => {
    const first = await send("/orders", order("so-1"), "key");
    expect(await send("/orders", order("so-1"), "key")).toEqual(first);
    expect((await send("/orders", order("so-2"), "key")).status).toBe(409);
    await clock.advance(25 * 3_600_000);
    expect((await send("/orders", order("so-1"), "key")).body["OrdNo"]).not.toBe(first.body["OrdNo"]);
    expect((await send("/control/effects?doubled=true")).body).toEqual({
      doubled: [{ operation: "create-sales-order", reference: "so-1", times: 2 }],
    });
  });

  it("opens a second order for the same reference under another key, and its ledger says so", async () => {
    await send("/orders", order("so-1"), "key a");
    await send("/orders", order("so-1"), "key b");
    expect((await send("/orders?ExtRef=so-1")).body["Rows"]).toHaveLength(2);
    expect((await send("/control/effects?doubled=true")).body["doubled"]).toHaveLength(1);
  });

  it.each([
    ["CUST-CLOSED", { CustNo: "C-1027" }],
    ["CUST-UNKNOWN", { CustNo: "C-9" }],
    ["ITEM-UNKNOWN", { Lines: [{ LineNo: "1", ItemNo: "NO-SUCH", Qty: "1", Uom: "EACH", Price: "1" }] }],
    ["ITEM-BLOCKED", { Lines: [{ LineNo: "1", ItemNo: "CHM-MAP14", Qty: "1", Uom: "EACH", Price: "1" }] }],
  ])("refuses with %s", async (code, more) => {
    const { status, body } = await send("/orders", order("so-1", more));
    expect([status, body.Err?.Code]).toEqual([422, code]);
    expect((await send("/control/ledger")).body).toEqual({ effects: [] });
  });

  it("bills exactly what was shipped, to the cent, once a shipment, and the customer owes it", async () => {
    const { OrdNo } = (await send("/orders", order("so-1"))).body;
    const before = data.customers[0]?.openBalance ?? "";
    const posted = await send("/invoices", invoice(OrdNo, "shp-1", "3"));
    // 3 x 18.715 = 56.145, half up; thirty days from 5 January.
    expect(posted.body).toMatchObject({
      Merch: "56.15",
      Tax: "1.05",
      Frt: "12.50",
      Total: "69.70",
      DueDate: "20260204",
    });
    expect(await balance()).toBe(new Decimal(before).plus("69.70").toFixed(2));
    expect((await send("/invoices", invoice(OrdNo, "shp-1", "3"))).body.Err?.Code).toBe("SHIP-INVOICED");
    expect((await send("/invoices", invoice(OrdNo, "shp-2", "8"))).body.Err?.Code).toBe("QTY-EXCEEDS");
    expect((await send(`/orders/${String(OrdNo)}/cancel`, {})).body.Err?.Code).toBe("ORD-INVOICED");
    const rest = { Lines: [{ LineNo: "1", Qty: "7" }] };
    expect((await send(`/orders/${String(OrdNo)}/cancel`, rest)).status).toBe(201);
    expect((await send("/orders?ExtRef=so-1")).body["Rows"]).toMatchObject([
      { Stat: "INVD", Lines: [{ CanQty: "7", InvQty: "3" }] },
    ]);
  });

  it("tells the feed of goods received, and of what is no longer to come", async () => {
    const level = data.stock.find(({ sku, branch }) => sku === "RCP-GFI" && branch === "ATL");
    const quantity = level?.inbound[0]?.quantity ?? "";
    await send("/control/receive-stock", { sku: "RCP-GFI", branch: "ATL", quantity });
    const { body } = await send(`/feeds/stock?After=${data.stock.length}`);
    expect(body["Rows"]).toMatchObject([{ ItemNo: "RCP-GFI", Whse: "ATL", QtyOh: quantity, Seq: "2", Inb: [] }]);
  });

  it("takes invoiced goods off its stock, tells by which number, and its feeds say the same", async () => {
    const { OrdNo } = (await send("/orders", order("so-1"))).body;
    const posted = await send("/invoices", invoice(OrdNo, "shp-1", "3"));
    expect(posted.body).toMatchObject({ StkSeq: "2", StkDate: "20260105" });
    const left = String(Number(stockOf("VLV-BALL-100")) - 3);
    expect(await news("stock")).toMatchObject([{ ItemNo: "VLV-BALL-100", Whse: "ATL", QtyOh: left, Seq: "2" }]);
    expect(await news("movements")).toMatchObject([{ Type: "I", Qty: "-3", Ref: "shp-1", Seq: "2" }]);
  });

  it("posts late when it is told to, also over a restart, and tells when it is asked again", async () => {
    await send("/control/goods-issue", { postAfterMs: 60_000 });
    const { OrdNo } = (await send("/orders", order("so-1"))).body;
    expect((await send("/invoices", invoice(OrdNo, "shp-1", "3"))).body).toMatchObject({ StkSeq: "" });
    expect(await news("stock")).toEqual([]);
    await granite.stop();
    granite = await open();
    await clock.advance(60_000);
    expect(await news("movements")).toMatchObject([{ Qty: "-3", Ref: "shp-1" }]);
    expect((await send("/invoices?ExtRef=inv%20shp-1")).body["Rows"]).toMatchObject([{ StkSeq: "2" }]);
  });

  it("knows its orders, invoices and keys again after a restart", async () => {
    const opened = await send("/orders", order("so-1"), "key");
    await send("/invoices", invoice(opened.body["OrdNo"], "shp-1", "3"));
    const [orders, owed] = [await send("/orders?ExtRef=so-1"), await balance()];
    await granite.stop();
    granite = await open();
    expect([await send("/orders?ExtRef=so-1"), await balance()]).toEqual([orders, owed]);
    expect(await send("/orders", order("so-1"), "key")).toEqual(opened);
    expect((await send("/control/status")).body["effects"]).toEqual({ "create-sales-order": 1, "post-invoice": 1 });
  });
});
