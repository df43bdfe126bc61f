import { Type, type Static } from "typebox";

/** The words every document is spelt with. Formats are patterns, so that any JSON Schema validator judges them alike. */

/** An exact decimal on the wire: up to 15 digits before and 6 after the point, no exponent. Never a JSON number. */
export const Decimal = Type.String({
  pattern: "^-?\\d{1,15}(\\.\\d{1,6})?$",
  description: "An exact decimal, written as a string.",
  examples: ["12.50"],
});

/** A decimal that is zero or more. */
export const NonNegativeDecimal = Type.String({
  pattern: "^\\d{1,15}(\\.\\d{1,6})?$",
  description: "An exact decimal of zero or more, written as a string.",
  examples: ["0", "12.50"],
});

/** A quantity somebody orders: more than zero, at most 999,999,999. Beyond that it is a typing mistake, not an order. */
export const OrderQuantity = Type.String({
  pattern: "^(?=.*[1-9])\\d{1,9}(\\.\\d{1,6})?$",
  description: "A quantity greater than zero and below 1,000,000,000, written as a string.",
  examples: ["12", "2.5"],
});

export const Currency = Type.String({ pattern: "^[A-Z]{3}$", description: "ISO 4217 code.", examples: ["USD"] });
export const Country = Type.String({
  pattern: "^[A-Z]{2}$",
  description: "ISO 3166-1 alpha-2 code.",
  examples: ["US"],
});

/** An instant in UTC. RFC 3339. */
export const Instant = Type.String({
  pattern: "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,9})?(Z|[+-]\\d{2}:\\d{2})$",
  description: "An instant, RFC 3339.",
  examples: ["2026-11-23T14:05:00Z"],
});

/** A calendar day, where the time of day means nothing. */
export const LocalDate = Type.String({
  pattern: "^\\d{4}-\\d{2}-\\d{2}$",
  description: "A day, ISO 8601.",
  examples: ["2026-11-23"],
});

export const UnitOfMeasure = Type.String({
  pattern: "^[A-Z0-9]{1,4}$",
  description: "Unit of measure, as X12 355 writes it: EA each, CS case, BX box, PL pallet, FT foot.",
  examples: ["EA", "CS"],
});

export const Sku = Type.String({
  pattern: "^[\\x21-\\x7e]{1,40}$",
  description: "Our item number.",
  examples: ["PVC-90-050"],
});
export const BranchCode = Type.String({
  pattern: "^[A-Z0-9-]{1,12}$",
  description: "A branch of ours.",
  examples: ["ATL"],
});
export const CustomerNumber = Type.String({
  pattern: "^[\\x21-\\x7e]{1,30}$",
  description: "The account number in the ERP.",
  examples: ["C-1001"],
});
/** A system we talk to, a channel orders come by: the code it has in the configuration. */
export const SystemCode = Type.String({
  pattern: "^[a-z][a-z0-9-]{0,39}$",
  description: "A system's or channel's code in the configuration.",
  examples: ["erp", "web-shop"],
});

/** Ids carry what they name and sort by time: `so_01k...` (26 Crockford base32 characters). */
export const idOf = (prefix: string) =>
  Type.String({
    pattern: `^${prefix}_[0-9a-hjkmnp-tv-z]{26}$`,
    description: "A Crossdock id.",
    examples: [`${prefix}_01kavx3q9v8d5n2m7r4t6w8y0z`],
  });

export const SalesOrderId = idOf("so");
export const FulfillmentOrderId = idOf("ful");
export const ShipmentId = idOf("shp");
export const InvoiceId = idOf("inv");
export const ReturnId = idOf("ret");
export const CreditMemoId = idOf("crm");
export const EventId = idOf("evt");
export const CommandId = idOf("cmd");

/** One business story: everything that follows from one order carries the same one. Callers may bring their own. */
export const CorrelationId = Type.String({
  pattern: "^[\\x21-\\x7e]{1,100}$",
  description: "One business story.",
  examples: ["so_01kavx3q9v8d5n2m7r4t6w8y0z"],
});

export const Address = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100 }),
    company: Type.Optional(Type.String({ maxLength: 100 })),
    street1: Type.String({ minLength: 1, maxLength: 100 }),
    street2: Type.Optional(Type.String({ maxLength: 100 })),
    city: Type.String({ minLength: 1, maxLength: 60 }),
    region: Type.Optional(
      Type.String({ maxLength: 60, description: "State or province, as ISO 3166-2 writes it without the country." }),
    ),
    postalCode: Type.String({ minLength: 1, maxLength: 12 }),
    country: Country,
    phone: Type.Optional(Type.String({ maxLength: 30 })),
    email: Type.Optional(Type.String({ maxLength: 200 })),
    residential: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false, description: "Where goods or papers go." },
);
export type Address = Static<typeof Address>;
