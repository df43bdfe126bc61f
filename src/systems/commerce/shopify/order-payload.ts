import { Type, type Static } from "typebox";

/**
 * What we read of the order Shopify sends with `orders/create` (REST Admin API order resource, 2024-10 to 2026-10). Everything else it carries is
 * left alone. Fields we can do nothing without are still optional here: that they are missing is said by the mapping, together with all other faults.
 */
const Missing = Type.Union([Type.Null(), Type.Undefined()]);
const Maybe = <Schema extends ReturnType<typeof Type.String> | ReturnType<typeof Type.Boolean>>(schema: Schema) =>
  Type.Optional(Type.Union([schema, Missing]));

/** Shopify's ids are 64-bit: those beyond what a JavaScript number holds exactly reach us as text (see `parse-order.ts`). */
const ShopifyId = Type.Union([Type.Integer(), Type.String()]);
const Money = Type.String({
  pattern: "^-?\\d+(\\.\\d+)?$",
  description: "An amount, written as a string.",
  examples: ["89.99"],
});

const NameAndValue = Type.Object({
  name: Type.String(),
  value: Type.Optional(Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()])),
});
export type NameAndValue = Static<typeof NameAndValue>;

const ShippingAddress = Type.Object({
  first_name: Maybe(Type.String()),
  last_name: Maybe(Type.String()),
  name: Maybe(Type.String()),
  company: Maybe(Type.String()),
  address1: Maybe(Type.String()),
  address2: Maybe(Type.String()),
  city: Maybe(Type.String()),
  province_code: Maybe(Type.String()),
  province: Maybe(Type.String()),
  zip: Maybe(Type.String()),
  country_code: Maybe(Type.String()),
  phone: Maybe(Type.String()),
});
export type ShippingAddress = Static<typeof ShippingAddress>;

const LineItem = Type.Object({
  sku: Maybe(Type.String()),
  quantity: Type.Integer({ minimum: 1, maximum: 999_999_999 }),
  price: Money,
  discount_allocations: Type.Optional(Type.Array(Type.Object({ amount: Money }))),
  tax_lines: Type.Optional(Type.Array(Type.Object({ price: Money }))),
  properties: Type.Optional(Type.Union([Type.Array(NameAndValue), Type.Null()])),
});
export type LineItem = Static<typeof LineItem>;

export const OrderPayload = Type.Object({
  id: ShopifyId,
  name: Type.String({
    minLength: 1,
    maxLength: 60,
    description: "The order's name, as the shop shows it.",
    examples: ["#1001"],
  }),
  created_at: Type.String({
    pattern: "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,9})?(Z|[+-]\\d{2}:\\d{2})$",
    description: "An instant, RFC 3339.",
    examples: ["2026-11-23T09:05:00-05:00"],
  }),
  cancelled_at: Maybe(Type.String()),
  test: Maybe(Type.Boolean()),
  currency: Type.String({ pattern: "^[A-Z]{3}$", description: "ISO 4217 code.", examples: ["USD"] }),
  taxes_included: Maybe(Type.Boolean()),
  email: Maybe(Type.String()),
  note: Maybe(Type.String()),
  tags: Maybe(Type.String()),
  po_number: Maybe(Type.String()),
  note_attributes: Type.Optional(Type.Array(NameAndValue)),
  customer: Type.Optional(Type.Union([Type.Object({ tags: Maybe(Type.String()) }), Missing])),
  shipping_address: Type.Optional(Type.Union([ShippingAddress, Missing])),
  line_items: Type.Array(LineItem, { minItems: 1, maxItems: 500 }),
});
export type OrderPayload = Static<typeof OrderPayload>;
