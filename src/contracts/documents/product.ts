import { Type, type Static } from "typebox";
import { Instant, NonNegativeDecimal, Sku, UnitOfMeasure } from "../primitives.ts";

/** How many of the stocking unit one of this unit holds: `{ unitOfMeasure: "CS", baseQuantity: "24" }`. */
export const UnitConversion = Type.Object(
  { unitOfMeasure: UnitOfMeasure, baseQuantity: NonNegativeDecimal },
  { additionalProperties: false },
);

export const Product = Type.Object(
  {
    sku: Sku,
    description: Type.String(),
    status: Type.Enum(["active", "discontinued", "blocked"]),
    supersededBy: Type.Optional(Sku),
    baseUnitOfMeasure: UnitOfMeasure,
    unitConversions: Type.Array(UnitConversion),
    weightLb: NonNegativeDecimal,
    lengthIn: Type.Optional(NonNegativeDecimal),
    widthIn: Type.Optional(NonNegativeDecimal),
    heightIn: Type.Optional(NonNegativeDecimal),
    freightClass: Type.Optional(Type.String({ description: "NMFC class, 50 to 500." })),
    hazardous: Type.Boolean(),
    taxCode: Type.Optional(Type.String()),
    minimumOrderQuantity: Type.Optional(NonNegativeDecimal),
    orderMultiple: Type.Optional(NonNegativeDecimal),
    updatedAt: Instant,
  },
  { $id: "Product", additionalProperties: false, description: "What we sell. Weight and size are of one base unit." },
);
export type Product = Static<typeof Product>;
