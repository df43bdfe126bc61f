import { Type, type Static } from "typebox";
import { Instant, NonNegativeDecimal, OrderQuantity, Sku, UnitOfMeasure } from "../primitives.ts";

/** How many of the stocking unit one of this unit holds: `{ unitOfMeasure: "CS", baseQuantity: "24" }`. */
export const UnitConversion = Type.Object(
  { unitOfMeasure: UnitOfMeasure, baseQuantity: NonNegativeDecimal },
  { additionalProperties: false },
);

/** So many base units of an item in each base unit of the kit. */
export const KitComponent = Type.Object({ sku: Sku, quantity: OrderQuantity }, { additionalProperties: false });
export type KitComponent = Static<typeof KitComponent>;

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
    kitComponents: Type.Optional(
      Type.Array(KitComponent, {
        minItems: 1,
        maxItems: 50,
        description: "What a kit is made of. It has a price and no stock of its own.",
      }),
    ),
    substitutes: Type.Optional(
      Type.Array(Sku, { maxItems: 20, description: "What can be sold in its place, the best first." }),
    ),
    updatedAt: Instant,
  },
  { $id: "Product", additionalProperties: false, description: "What we sell. Weight and size are of one base unit." },
);
export type Product = Static<typeof Product>;
