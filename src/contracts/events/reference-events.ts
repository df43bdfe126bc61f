import { Type } from "typebox";
import { BranchCode, CustomerNumber, Decimal, NonNegativeDecimal, Sku, SystemCode } from "../primitives.ts";
import { defineEvent } from "./event.ts";

export const CustomerChanged = defineEvent({
  name: "customer.changed",
  summary: "An account is new or different in the system of record.",
  subject: "customerNumber",
  data: { customerNumber: CustomerNumber, system: SystemCode, status: Type.String() },
});

export const ProductChanged = defineEvent({
  name: "product.changed",
  summary: "An item is new or different in the system of record.",
  subject: "sku",
  data: { sku: Sku, system: SystemCode, status: Type.String() },
});

export const PriceAgreementChanged = defineEvent({
  name: "price-agreement.changed",
  summary: "A price is new or different in the system of record.",
  subject: "priceAgreementId",
  data: { priceAgreementId: Type.String(), sku: Sku, system: SystemCode },
});

export const InventoryChanged = defineEvent({
  name: "inventory.changed",
  summary: "Stock of an item at a branch is different, and why.",
  subject: "position",
  data: {
    position: Type.String({ description: "sku@branch" }),
    sku: Sku,
    branch: BranchCode,
    cause: Type.Enum(["snapshot", "receipt", "shipment", "short-pick", "adjustment"]),
    onHand: Decimal,
    allocated: NonNegativeDecimal,
    availableToPromise: NonNegativeDecimal,
  },
});

export const referenceEvents = [CustomerChanged, ProductChanged, PriceAgreementChanged, InventoryChanged] as const;
