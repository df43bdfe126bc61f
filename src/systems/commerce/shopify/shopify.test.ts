import { scriptedCall } from "../../conformance/scripted-call.ts";
import { readFileSync } from "node:fs";
import { CrossdockError } from "#contracts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { shopify, signShopifyMessage } from "./index.ts";

const fixture = readFileSync(new URL("./fixtures/orders_create.json", import.meta.url), "utf8");
const settings = { shopDomain: "peachtree-supply.myshopify.com", clientSecret: "hush-hush-hush-hush" };

const message = (text: string, headers: Record<string, string> = {}) => {
  const body = Buffer.from(text);
  return {
    body,
    headers: {
      "x-shopify-topic": "orders/create",
      "x-shopify-shop-domain": settings.shopDomain,
      "x-shopify-webhook-id": "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
      "x-shopify-hmac-sha256": signShopifyMessage(body, settings.clientSecret),
      ...headers,
    },
  };
};

/** The fixture with values put in at JSON pointers. */
function changed(values: Readonly<Record<string, unknown>>): string {
  const order: unknown = JSON.parse(fixture);
  for (const [pointer, value] of Object.entries(values)) {
    const keys = pointer.split("/").slice(1);
    const parent = keys.slice(0, -1).reduce<unknown>((inside, key) => Reflect.get(Object(inside), key), order);
    Reflect.set(Object(parent), keys.at(-1) ?? "", value);
  }
  return JSON.stringify(order);
}

const read = (text: string, more: object = {}) =>
  shopify.readOrder(message(text), { ...settings, ...more }, "web-shop");

function refusal(act: () => unknown): CrossdockError {
  try {
    act();
  } catch (error) {
    if (error instanceof CrossdockError) return error;
    throw error;
  }
  throw new Error("It was taken.");
}

const faultPaths = (text: string) => refusal(() => read(text)).faults.map(({ path }) => path);

describe("an order Shopify tells us of", () => {
  it("becomes our draft, word for word", () => {
    expect(read(fixture).draft).toEqual({
      channel: "web-shop",
      channelOrderNumber: "#1042",
      customerNumber: "C-1001",
      customerPurchaseOrder: "PO-77120",
      currency: "USD",
      orderedAt: "2026-11-23T09:05:00-05:00",
      notes: "Call before delivery",
      shipTo: {
        name: "Dana Reyes",
        company: "Peachtree Plumbing",
        street1: "410 Foundry Street",
        street2: "Dock 4",
        city: "Atlanta",
        region: "GA",
        postalCode: "30313",
        country: "US",
        phone: "404-555-0132",
        email: "dana@peachtree.example",
      },
      lines: [
        { lineNumber: 1, sku: "PVC-90-050", quantity: "120", unitOfMeasure: "EA", unitPrice: "2.1" },
        { lineNumber: 2, sku: "CU-TUBE-L-075", quantity: "6", unitOfMeasure: "CS", unitPrice: "59.9" },
      ],
    });
  });

  it("is the same order under another webhook id, and keeps all digits of its id", () => {
    const first = shopify.readOrder(message(fixture), settings, "web-shop");
    const again = shopify.readOrder(message(fixture, { "x-shopify-webhook-id": "another" }), settings, "web-shop");
    expect(first.idempotencyKey).toBe("shopify:peachtree-supply.myshopify.com:820982911946154508");
    expect([again.idempotencyKey, again.draft]).toEqual([first.idempotencyKey, first.draft]);
    // A neighbour that a JavaScript number could not tell apart.
    expect(read(fixture.replace("820982911946154508", "820982911946154509")).idempotencyKey).not.toBe(
      first.idempotencyKey,
    );
  });

  it.each([
    ["the customer's tag before all else", { "/customer/tags": "net30, customer:C-2002" }, "C-2002"],
    ["a tag on the order next", { "/tags": "Customer:C-3003" }, "C-3003"],
    ["then the note attribute", {}, "C-1001"],
    ["and the shop's own at last", { "/note_attributes": [] }, "C-9999"],
  ])("takes the customer number from %s", (_what, values, wanted) => {
    expect(read(changed(values), { defaultCustomerNumber: "C-9999" }).draft.customerNumber).toBe(wanted);
  });

  it("takes the tax out of prices that are shown with it", () => {
    const text = changed({
      "/taxes_included": true,
      "/line_items/0/tax_lines": [{ title: "VAT", rate: 0.05, price: "12.00" }],
    });
    expect(read(text).draft.lines[0]?.unitPrice).toBe("2");
  });

  it("may be mended by a person and read again, though no signature fits it any more", () => {
    const mended = Buffer.from(changed({ "/line_items/0/sku": "PVC-90-075" }));
    expect(shopify.readMendedOrder(mended, settings, "web-shop").draft.lines[0]?.sku).toBe("PVC-90-075");
  });
});

describe("who may speak for the shop", () => {
  it.each([
    ["a body that was changed on the way", { body: Buffer.from(fixture.replace("#1042", "#1043")) }],
    ["no signature", { headers: { ...message(fixture).headers, "x-shopify-hmac-sha256": "" } }],
    ["half a signature", { headers: { ...message(fixture).headers, "x-shopify-hmac-sha256": "XWmrwMey6OsL" } }],
  ])("refuses %s", (_what, difference) => {
    const forged = { ...message(fixture), ...difference };
    expect(refusal(() => shopify.readOrder(forged, settings, "web-shop")).code).toBe("invalid-signature");
  });

  it("knows the signature Shopify would have made, as any HMAC tool makes it", () => {
    // printf '{"a":1}' | openssl dgst -sha256 -hmac hush-hush-hush-hush -binary | base64
    expect(signShopifyMessage(Buffer.from('{"a":1}'), settings.clientSecret)).toBe(
      "15WYmQcqtNus+0n8qOt0TvIJWy0GzRMDSKAzLt24guA=",
    );
  });

  it("refuses another shop's order and another topic, and says which address to subscribe to what", () => {
    const { body, headers } = message(fixture, {
      "x-shopify-topic": "orders/updated",
      "x-shopify-shop-domain": "other.myshopify.com",
    });
    const { code, faults } = refusal(() => shopify.readOrder({ body, headers }, settings, "web-shop"));
    expect(code).toBe("invalid-document");
    expect(faults.map(({ path }) => path)).toEqual(["header X-Shopify-Topic", "header X-Shopify-Shop-Domain"]);
  });

  it("tells when the wrong secret was pasted", async () => {
    const wrong = { ...settings, clientSecret: "shpat_0123456789abcdef" };
    await expect(shopify.verify(scriptedCall<typeof shopify.settings>(wrong, []).call)).rejects.toThrow(
      /client secret/,
    );
  });
});

describe("an order that cannot be taken", () => {
  it("is answered with every fault at once, each where it stands in Shopify's document", () => {
    const text = changed({
      "/note_attributes": [],
      "/line_items/0/sku": "",
      "/line_items/1/properties": [{ name: "uom", value: "carton box" }],
      "/shipping_address/zip": null,
      "/shipping_address/country_code": null,
    });
    expect(faultPaths(text)).toEqual([
      "/customer/tags",
      "/shipping_address/zip",
      "/shipping_address/country_code",
      "/line_items/0/sku",
      "/line_items/1/properties",
    ]);
  });

  it("names a missing address, a quantity of nothing and an empty cart", () => {
    expect(faultPaths(changed({ "/shipping_address": null }))).toEqual(["/shipping_address"]);
    expect(faultPaths(changed({ "/line_items/1/quantity": 0 }))).toEqual(["/line_items/1/quantity"]);
    expect(faultPaths(changed({ "/line_items": [] }))).toEqual(["/line_items"]);
  });

  it("is a test order, unless test orders are wanted, or one that was cancelled already", () => {
    const test = changed({ "/test": true });
    expect(faultPaths(test)).toEqual(["/test"]);
    expect(read(test, { takeTestOrders: true }).draft.channelOrderNumber).toBe("#1042");
    expect(faultPaths(changed({ "/cancelled_at": "2026-11-23T09:06:00-05:00" }))).toEqual(["/cancelled_at"]);
  });

  it("is malformed when it is not JSON", () => {
    expect(refusal(() => read('{"id": 1,')).code).toBe("malformed-body");
    expect(refusal(() => shopify.readMendedOrder(Buffer.from([0xff, 0xfe]), settings, "web-shop")).code).toBe(
      "malformed-body",
    );
  });

  it("never surprises us, whatever is in it", () => {
    const order = JSON.parse(fixture);
    const keys = Object.keys(order);
    const damaged = fc
      .record({ key: fc.constantFrom(...keys), value: fc.jsonValue() })
      .map(({ key, value }) => ({ ...order, [key]: value }));
    const lines = fc.jsonValue().map((value) => ({ ...order, line_items: [value, order.line_items[0]] }));
    fc.assert(
      fc.property(fc.oneof(damaged, lines, fc.jsonValue()), (payload) => {
        try {
          read(JSON.stringify(payload));
        } catch (error) {
          expect(error).toBeInstanceOf(CrossdockError);
        }
      }),
      { numRuns: 500 },
    );
  });
});
