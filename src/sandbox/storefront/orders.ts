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

/** How much of each item may be sold; the figure with the highest sequence counts. */
export const InventoryRequest = Type.Object({
  sequence: Type.Integer({ minimum: 1 }),
  inventory_levels: Type.Array(
    Type.Object({ sku: Type.String({ minLength: 1 }), available: Type.String({ pattern: "^\\d+(\\.\\d+)?$" }) }),
    { minItems: 1, maxItems: 250 },
  ),
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
  Type.Object({ kind: Type.Literal("stocked"), inventory: InventoryRequest }),
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

export interface InventoryLevel {
  readonly available: string;
  readonly sequence: number;
  /** How often it was told. */
  readonly times: number;
}

export interface ShopState {
  readonly orders: ShopOrders;
  readonly inventory: Map<string, InventoryLevel>;
}

/** What of a telling is newer than what the shop has. */
export const newLevels = (
  { inventory }: ShopState,
  { sequence, inventory_levels }: Static<typeof InventoryRequest>,
): Static<typeof InventoryRequest>["inventory_levels"] =>
  inventory_levels.filter(({ sku }) => (inventory.get(sku)?.sequence ?? 0) < sequence);

export function keepShop(state: ShopState, fact: Fact): void {
  const { orders, inventory } = state;
  switch (fact.kind) {
    case "placed":
      orders.set(fact.order.number, { order: fact.order, fulfillments: [], cancellations: [] });
      return;
    case "fulfilled":
      orders.get(fact.number)?.fulfillments.push({ ...fact.fulfillment, id: fact.id });
      return;
    case "cancelled":
      orders.get(fact.number)?.cancellations.push(fact.cancellation);
      return;
    case "stocked":
      for (const { sku, available } of newLevels(state, fact.inventory))
        inventory.set(sku, {
          available,
          sequence: fact.inventory.sequence,
          times: (inventory.get(sku)?.times ?? 0) + 1,
        });
  }
}
