import { Type, type Static } from "typebox";
import { Address, Currency, CustomerNumber, Decimal, Instant, LocalDate, NonNegativeDecimal } from "../primitives.ts";

export const TaxExemption = Type.Object(
  {
    region: Type.String({ description: "Where the certificate holds: a state or province code." }),
    certificateNumber: Type.String(),
    validFrom: LocalDate,
    validTo: Type.Optional(LocalDate),
  },
  { additionalProperties: false },
);
export type TaxExemption = Static<typeof TaxExemption>;

export const ShipToAddress = Type.Object({ code: Type.String(), address: Address }, { additionalProperties: false });

/** An account we sell to. The ERP is its system of record; the hub keeps a copy whose age is known. */
export const Customer = Type.Object(
  {
    customerNumber: CustomerNumber,
    name: Type.String(),
    status: Type.Enum(["active", "blocked", "inactive"]),
    blockedReason: Type.Optional(Type.String()),
    customerGroup: Type.Optional(Type.String({ description: "Price group." })),
    currency: Currency,
    paymentTerms: Type.String({ description: "As the ERP words them, for instance NET30." }),
    creditLimit: Type.Optional(NonNegativeDecimal),
    openBalance: Decimal,
    homeBranch: Type.Optional(Type.String()),
    billTo: Address,
    shipTos: Type.Array(ShipToAddress),
    taxExemptions: Type.Array(TaxExemption),
    updatedAt: Instant,
  },
  { $id: "Customer", additionalProperties: false },
);
export type Customer = Static<typeof Customer>;
