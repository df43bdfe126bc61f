import { Address } from "#contracts";
import { createHash, createHmac } from "node:crypto";
import { Type, type Static } from "typebox";
import { dayOf } from "../data/calendar.ts";
import { chanceOf, type Chance } from "../data/chance.ts";
import type { SandboxData } from "../data/sandbox-data.ts";
import { sandboxEntry, type SandboxEntry, type SandboxPremises } from "../entry.ts";
import type { CounterpartyDescription, Routes } from "../kernel/counterparty.ts";
import type { Desk } from "../kernel/desk.ts";
import type { Delivery } from "../kernel/webhooks.ts";
import {
  CancellationRequest,
  FulfillmentRequest,
  InventoryRequest,
  keepShop,
  newLevels,
  parseFact,
  type Fact,
  type PlacedOrder,
  type ShopOrderRecord,
  type ShopOrders,
  type ShopState,
} from "./orders.ts";
import { shownPrice } from "./shop-window.ts";
import { orderIdOf, orderNumberOf, shopifyOrder } from "./shopify-order.ts";

type ShopDesk = Desk<ShopState, Fact>;

const Placing = Type.Object(
  {
    lines: Type.Optional(
      Type.Array(
        Type.Object(
          {
            sku: Type.String(),
            quantity: Type.Integer({ minimum: 1 }),
            price: Type.Optional(Type.String({ pattern: "^\\d+(\\.\\d{1,4})?$" })),
          },
          { additionalProperties: false },
        ),
        { minItems: 1 },
      ),
    ),
    customerNumber: Type.Optional(Type.String()),
    purchaseOrder: Type.Optional(Type.String()),
    shipTo: Type.Optional(Address),
  },
  { additionalProperties: false, description: "What is left out is drawn from the sandbox's own data." },
);
type Placing = Static<typeof Placing>;

interface Shop {
  readonly data: SandboxData;
  readonly chance: Chance;
  readonly webhookUrl: string;
}

const complaint = (status: number, message: string) => ({ errors: { status, message } });
const refuse = (code: string, message: string) => ({ errors: { code, message } });
const shopDomain = "corner-shop.myshopify.com";

/** Corner Shop: a storefront whose orders leave as Shopify's `orders/create` webhook. What the hub tells it comes by an API of its own. */
export function cornerShop(
  options: Shop & { readonly token: string; readonly clientSecret: string },
): CounterpartyDescription<ShopState, Fact> {
  return {
    code: "corner-shop",
    title: "Corner Shop",
    wording: {
      complaint,
      refusal: (reason) => ({ status: 422, body: refuse("refused", reason) }),
    },
    authenticate: (request) => request.headers["x-corner-shop-token"] === options.token,
    initial: () => ({ orders: new Map(), inventory: new Map() }),
    parseFact,
    evolve: keepShop,
    sign: (delivery) => shopifyHeaders(delivery, options.clientSecret),
    routes(vendor, desk) {
      vendor.get("/api/shop", () => ({ shop: { name: "Corner Shop", domain: shopDomain } }));
      takeConfirmations(vendor, desk);
      takeCancellations(vendor, desk);
      takeInventory(vendor, desk);
    },
    controls(control, desk) {
      control.post("/place-order", { schema: { body: Type.Union([Placing, Type.Null()]) } }, (request, reply) => {
        const placed = placeOrder(desk, options, request.body ?? {});
        return "error" in placed ? reply.code(422).send(placed) : reply.code(201).send(placed);
      });
      control.get("/orders", () => ({ orders: [...desk.state.orders.values()] }));
      control.get("/inventory", () => ({ inventory: Object.fromEntries(desk.state.inventory) }));
    },
  };
}

const credentials = {
  token: "corner-shop-sandbox-token",
  clientSecret: "corner-shop-sandbox-client-secret",
  shopDomain,
};
export const cornerShopEntry = ({ data, random, inboundUrl }: SandboxPremises): SandboxEntry =>
  sandboxEntry(
    cornerShop({ data, chance: chanceOf(random), webhookUrl: inboundUrl("corner-shop"), ...credentials }),
    credentials,
  );

/** Shopify's own headers: the signature is over the bytes sent, the ids stay the same on every attempt. */
function shopifyHeaders(delivery: Delivery, secret: string): Readonly<Record<string, string>> {
  return {
    "x-shopify-topic": delivery.topic,
    "x-shopify-hmac-sha256": createHmac("sha256", secret).update(delivery.body).digest("base64"),
    "x-shopify-shop-domain": shopDomain,
    "x-shopify-api-version": "2026-10",
    "x-shopify-webhook-id": uuidFor(`webhook ${delivery.id}`),
    "x-shopify-event-id": uuidFor(`event ${delivery.id}`),
    "x-shopify-triggered-at": delivery.createdAt,
  };
}

function uuidFor(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    "-",
  );
}

function placeOrder(desk: ShopDesk, shop: Shop, asked: Placing) {
  const { data, chance } = shop;
  const customer =
    asked.customerNumber === undefined
      ? chance.oneOf(
          data.customers.filter(({ status, customerNumber }) => status === "active" && customerNumber !== "C-1021"),
        )
      : data.customers.find(({ customerNumber }) => customerNumber === asked.customerNumber);
  const shipTo = asked.shipTo ?? customer?.shipTos[0]?.address;
  if (customer === undefined || shipTo === undefined)
    return { error: `There is no customer ${asked.customerNumber ?? ""}.` };

  const placedAt = desk.now();
  // An item the shop does not know is sold all the same, at a dollar: a storefront and an ERP do fall out of step.
  const lines = (asked.lines ?? drawLines(shop)).map(({ sku, quantity, price }) => ({
    sku,
    quantity,
    price: price ?? shownPrice(data, customer, sku, quantity, dayOf(placedAt)) ?? "1.00",
  }));
  const number = desk.state.orders.size + 1;
  const order: PlacedOrder = {
    number,
    customerNumber: customer.customerNumber,
    purchaseOrder: asked.purchaseOrder ?? `PO-${orderNumberOf(number)}-${1000 + chance.below(9000)}`,
    lines,
    ...(asked.shipTo !== undefined && { shipTo: asked.shipTo }),
  };
  const body = shopifyOrder({
    ...order,
    placedAt,
    customer,
    shipTo,
    note: null,
    lines: lines.map(({ sku, ...line }) => ({ ...line, product: productOf(data, sku, placedAt) })),
  });
  desk.commit({
    facts: [{ kind: "placed", order }],
    deliveries: [{ topic: "orders/create", url: shop.webhookUrl, body }],
  });
  return { id: body.id, name: body.name, ...order };
}

/** One to four items that are sold each, cost more than small change, and lie plenty at more than one branch. */
function drawLines({ data, chance }: Shop): { sku: string; quantity: number; price?: string }[] {
  const sellable = data.products.filter(
    ({ sku, status, baseUnitOfMeasure, orderMultiple }) =>
      status === "active" &&
      baseUnitOfMeasure === "EA" &&
      orderMultiple === undefined &&
      // Below a dollar the ERP's prices have fractions of a cent, and the shop's rounded ones would be taken for wrong.
      data.priceAgreements.every((agreement) => agreement.sku !== sku || Number(agreement.unitPrice) >= 1) &&
      data.stock.filter((level) => level.sku === sku && Number(level.onHand) > 20).length > 1,
  );
  const count = 1 + chance.below(4);
  const drawn = new Set(Array.from({ length: count }, () => chance.oneOf(sellable).sku));
  return [...drawn].map((sku) => ({ sku, quantity: 1 + chance.below(6) }));
}

function productOf(data: SandboxData, sku: string, now: Date) {
  const unknown = {
    sku,
    description: `Item ${sku}`,
    status: "active" as const,
    baseUnitOfMeasure: "EA",
    unitConversions: [],
    weightLb: "1",
    hazardous: false,
    updatedAt: now.toISOString(),
  };
  return data.products.find((product) => product.sku === sku) ?? unknown;
}

const OrderParams = Type.Object({ order: Type.String() });

/** An order is asked for by its id, its number or its name, with the number sign or without. */
function orderNamed(orders: ShopOrders, asked: string): ShopOrderRecord | undefined {
  const wanted = Number(asked.replace(/^#/, ""));
  return (
    orders.get(wanted - orderNumberOf(0)) ??
    [...orders.values()].find(({ order }) => orderIdOf(order.number) === wanted)
  );
}

const noSuchOrder = refuse("unknown-order", "There is no such order.");

function takeConfirmations(vendor: Routes, desk: ShopDesk): void {
  const path = "/api/orders/:order/fulfillments";
  const querystring = Type.Object({ external_id: Type.Optional(Type.String()) });

  vendor.get(path, { schema: { params: OrderParams, querystring } }, (request, reply) => {
    const record = orderNamed(desk.state.orders, request.params.order);
    if (record === undefined) return reply.code(404).send(noSuchOrder);
    const { external_id } = request.query;
    const fits = (one: { external_id: string }) => external_id === undefined || one.external_id === external_id;
    return reply.send({ fulfillments: record.fulfillments.filter(fits) });
  });

  vendor.post(path, { schema: { params: OrderParams, body: FulfillmentRequest } }, (request, reply) => {
    const record = orderNamed(desk.state.orders, request.params.order);
    if (record === undefined) return reply.code(404).send(noSuchOrder);
    if (record.cancellations.length > 0)
      return reply.code(422).send(refuse("order-cancelled", "The order is cancelled."));
    const { number } = record.order;
    const id = `${orderIdOf(number)}-F${record.fulfillments.length + 1}`;
    desk.commit({
      facts: [{ kind: "fulfilled", number, id, fulfillment: request.body }],
      effects: [{ operation: "confirm-shipment", reference: request.body.external_id }],
    });
    return reply.code(201).send({ fulfillment: { id, ...request.body } });
  });
}

function takeCancellations(vendor: Routes, desk: ShopDesk): void {
  const path = "/api/orders/:order/cancellations";

  vendor.get(path, { schema: { params: OrderParams } }, (request, reply) => {
    const record = orderNamed(desk.state.orders, request.params.order);
    return record === undefined
      ? reply.code(404).send(noSuchOrder)
      : reply.send({ cancellations: record.cancellations });
  });

  vendor.post(path, { schema: { params: OrderParams, body: CancellationRequest } }, (request, reply) => {
    const record = orderNamed(desk.state.orders, request.params.order);
    if (record === undefined) return reply.code(404).send(noSuchOrder);
    desk.commit({
      facts: [{ kind: "cancelled", number: record.order.number, cancellation: request.body }],
      effects: [{ operation: "confirm-cancellation", reference: request.body.external_id }],
    });
    return reply.code(201).send({ cancellation: request.body });
  });
}

/** Honours no idempotency key: what is not newer than what it has is heard, and changes nothing. */
function takeInventory(vendor: Routes, desk: ShopDesk): void {
  vendor.post("/api/inventory_levels", { schema: { body: InventoryRequest } }, (request, reply) => {
    const levels = newLevels(desk.state, request.body);
    if (levels.length > 0)
      desk.commit({
        facts: [{ kind: "stocked", inventory: { ...request.body, inventory_levels: levels } }],
        effects: [{ operation: "publish-availability", reference: String(request.body.sequence) }],
      });
    return reply.send({ taken: levels.length });
  });
}
