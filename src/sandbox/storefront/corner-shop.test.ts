import { systemClock } from "#platform";
import { createHmac } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { chanceOf, seededRandom } from "../data/chance.ts";
import { sandboxData } from "../data/sandbox-data.ts";
import { createCounterparty, type Counterparty } from "../kernel/counterparty.ts";
import { memoryJournal } from "../kernel/journal.ts";
import { cornerShop } from "./corner-shop.ts";

const data = sandboxData({ seed: 7, openedOn: "2026-11-23" });
let shop: Counterparty;
let received: { readonly headers: Readonly<Record<string, string>>; readonly body: string }[];

beforeEach(async () => {
  received = [];
  const description = cornerShop({
    data,
    chance: chanceOf(seededRandom(1)),
    webhookUrl: "http://hub.example/inbound/corner-shop",
    token: "t",
    clientSecret: "hush",
  });
  shop = await createCounterparty(description, {
    clock: systemClock,
    timeScale: 1_000,
    random: () => 0.5,
    journal: memoryJournal(),
    post: async (_url, message) => {
      received.push(message);
      return 200;
    },
  });
});
afterEach(() => shop.stop());

const place = async (body: object) => {
  const response = await fetch(`${shop.url}/control/place-order`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return response.json();
};
const firstOrder = async () => {
  await expect.poll(() => received.length).toBe(1);
  return JSON.parse(received[0]?.body ?? "") as Record<string, unknown>;
};

describe("Corner Shop", () => {
  it("sends Shopify's orders/create, signed over the bytes it sends", async () => {
    await place({
      customerNumber: "C-1002",
      purchaseOrder: "PO-77",
      lines: [{ sku: "VLV-BALL-100", quantity: 3, price: "18.40" }],
    });
    expect(await firstOrder()).toMatchObject({
      id: expect.any(Number),
      name: "#1001",
      order_number: 1001,
      currency: "USD",
      po_number: "PO-77",
      subtotal_price: "55.20",
      total_price: "55.20",
      note_attributes: [{ name: "customer_number", value: "C-1002" }],
      customer: { tags: "customer:C-1002, wholesale" },
      shipping_address: {
        company: "Lone Star Plumbing Supply",
        city: "Dallas",
        province_code: "TX",
        zip: "75207",
        country_code: "US",
      },
      line_items: [
        { id: expect.any(Number), variant_id: expect.any(Number), sku: "VLV-BALL-100", quantity: 3, price: "18.40" },
      ],
    });
    const [message] = received;
    expect(message?.headers).toMatchObject({
      "x-shopify-topic": "orders/create",
      "x-shopify-hmac-sha256": createHmac("sha256", "hush")
        .update(message?.body ?? "")
        .digest("base64"),
      "x-shopify-shop-domain": "corner-shop.myshopify.com",
      "x-shopify-webhook-id": expect.stringMatching(/^[0-9a-f-]{36}$/),
      "x-shopify-event-id": expect.stringMatching(/^[0-9a-f-]{36}$/),
      "x-shopify-triggered-at": expect.stringMatching(/^\d{4}-\d{2}-\d{2}T/),
    });
  });

  it("draws what is not said from the sandbox's data, at the price the ERP would bill", async () => {
    await place({});
    const order = await firstOrder();
    const lines = order["line_items"] as { sku: string; price: string }[];
    for (const { sku, price } of lines) {
      expect(data.products.find((product) => product.sku === sku)?.status).toBe("active");
      const prices = data.priceAgreements
        .filter((agreement) => agreement.sku === sku)
        .map(({ unitPrice }) => Number(unitPrice));
      expect(prices).toContain(Number(price));
    }
  });

  it("sells what the ERP does not know, as a shop out of step would", async () => {
    await place({ customerNumber: "C-1001", lines: [{ sku: "NO-SUCH-ITEM", quantity: 1 }] });
    expect(await firstOrder()).toMatchObject({ line_items: [{ sku: "NO-SUCH-ITEM", price: "1.00" }] });
  });

  it("counts being told twice of one shipment as two effects", async () => {
    await place({});
    const told = {
      external_id: "shp-1",
      tracking_company: "swift",
      tracking_number: "1",
      line_items: [{ sku: "X", quantity: "1" }],
    };
    for (const order of ["%231001", "1001"]) {
      const response = await fetch(`${shop.url}/api/orders/${order}/fulfillments`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-corner-shop-token": "t" },
        body: JSON.stringify(told),
      });
      expect(response.status).toBe(201);
    }
    const doubled = await (await fetch(`${shop.url}/control/effects?doubled=true`)).json();
    expect(doubled).toEqual({ doubled: [{ operation: "confirm-shipment", reference: "shp-1", times: 2 }] });
  });
});
