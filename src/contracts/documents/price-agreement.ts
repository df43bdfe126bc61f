import { Type, type Static } from "typebox";
import { Currency, CustomerNumber, Instant, LocalDate, NonNegativeDecimal, Sku, UnitOfMeasure } from "../primitives.ts";

/**
 * One price for one item: for a customer, a customer group, or everybody (list). The most particular one that is in force
 * wins: customer before group before list, then the highest quantity break reached, then the latest start.
 */
export const PriceAgreement = Type.Object(
  {
    priceAgreementId: Type.String({ description: "Stable id in the system that owns prices." }),
    sku: Sku,
    scope: Type.Enum(["customer", "customer-group", "list"]),
    customerNumber: Type.Optional(CustomerNumber),
    customerGroup: Type.Optional(Type.String()),
    currency: Currency,
    unitOfMeasure: UnitOfMeasure,
    minimumQuantity: NonNegativeDecimal,
    unitPrice: NonNegativeDecimal,
    validFrom: LocalDate,
    validTo: Type.Optional(LocalDate),
    updatedAt: Instant,
  },
  { $id: "PriceAgreement", additionalProperties: false },
);
export type PriceAgreement = Static<typeof PriceAgreement>;
