import { Address } from "#contracts";
import { Type, type Static } from "typebox";
import { Compile } from "typebox/compile";

const Line = Type.Object({ sku: Type.String(), quantity: Type.Integer(), price: Type.String() });

const PlacedOrder = Type.Object({
  number: Type.Integer(),
  customerNumber: Type.String(),
  purchaseOrder: Type.Union([Type.String(), Type.Null()]),
  lines: Type.Array(Line),
  shipTo: Type.Optional(Address),
});
export type PlacedOrder = Static<typeof PlacedOrder>;

/** What the hub tells of a shipment. `external_id` is the hub's. */
export const FulfillmentRequest = Type.Object({
  external_id: Type.String({ minLength: 1 }),
  tracking_company: Type.String(),
  tracking_number: Type.String(),
  line_items: Type.Array(Type.Object({ sku: Type.String(), quantity: Type.String() }), { minItems: 1 }),
});
export const CancellationRequest = Type.Object({
  external_id: Type.String({ minLength: 1 }),
  reason: Type.String(),
});

/** What has happened in the shop: the journal's facts. */
export const Fact = Type.Union([
  Type.Object({ kind: Type.Literal("placed"), order: PlacedOrder }),
  Type.Object({
    kind: Type.Literal("fulfilled"),
    number: Type.Integer(),
    id: Type.String(),
    fulfillment: FulfillmentRequest,
  }),
  Type.Object({ kind: Type.Literal("cancelled"), number: Type.Integer(), cancellation: CancellationRequest }),
]);
export type Fact = Static<typeof Fact>;
const factReader = Compile(Fact);
export const parseFact = (value: unknown): Fact => factReader.Parse(value);

export interface ShopOrderRecord {
  readonly order: PlacedOrder;
  readonly fulfillments: (Static<typeof FulfillmentRequest> & { readonly id: string })[];
  readonly cancellations: Static<typeof CancellationRequest>[];
}
export type ShopOrders = Map<number, ShopOrderRecord>;

export function keepOrders(orders: ShopOrders, fact: Fact): void {
  switch (fact.kind) {
    case "placed":
      orders.set(fact.order.number, { order: fact.order, fulfillments: [], cancellations: [] });
      return;
    case "fulfilled":
      orders.get(fact.number)?.fulfillments.push({ ...fact.fulfillment, id: fact.id });
      return;
    case "cancelled":
      orders.get(fact.number)?.cancellations.push(fact.cancellation);
  }
}
