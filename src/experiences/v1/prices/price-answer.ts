import {
  Currency,
  CustomerNumber,
  Instant,
  LocalDate,
  NonNegativeDecimal,
  OrderQuantity,
  Sku,
  UnitOfMeasure,
} from "#contracts";
import { Type } from "typebox";
import { Knowledge } from "../knowledge.ts";

const Scope = Type.Enum(["customer", "customer-group", "list"]);

const PricedBy = Type.Object(
  {
    priceAgreementId: Type.String(),
    source: Scope,
    system: Type.String({ description: "Who owns the agreement." }),
    version: Instant,
    syncedAt: Instant,
    unitPrice: NonNegativeDecimal,
    unitOfMeasure: UnitOfMeasure,
    minimumQuantity: NonNegativeDecimal,
    validFrom: LocalDate,
    validTo: Type.Optional(LocalDate),
  },
  {
    additionalProperties: false,
    description:
      "The agreement the price is by: whose, from when, which statement of its owner, and when we learnt of it.",
  },
);

const PriceLine = Type.Object(
  {
    sku: Sku,
    quantity: OrderQuantity,
    unitOfMeasure: UnitOfMeasure,
    unitPrice: Type.Union([NonNegativeDecimal, Type.Null()], {
      description: "Of one unit asked for. Null where there is none; the explanation says why.",
    }),
    lineAmount: Type.Optional(NonNegativeDecimal),
    source: Type.Optional(Scope),
    pricedBy: Type.Optional(PricedBy),
    explanation: Type.String({ description: "Why this price." }),
    passedOver: Type.Optional(
      Type.Array(
        Type.Object(
          {
            priceAgreementId: Type.String(),
            source: Scope,
            because: Type.Enum([
              "other-currency",
              "expired",
              "not-yet-in-force",
              "unit-not-sold",
              "quantity-too-small",
              "outranked",
            ]),
            explanation: Type.String(),
          },
          { additionalProperties: false },
        ),
        { description: "Where asked for: agreements that look cheaper, and why they do not hold. Three at most." },
      ),
    ),
    quantityFaults: Type.Array(Type.String(), {
      description: "What the quantity should be and is not, in base units: an order of it would be refused.",
    }),
  },
  { additionalProperties: false },
);

export const Prices = Type.Object(
  {
    answeredAt: Instant,
    knowledge: Knowledge,
    customerNumber: CustomerNumber,
    currency: Currency,
    on: LocalDate,
    prices: Type.Array(PriceLine),
  },
  { $id: "Prices", additionalProperties: false },
);
