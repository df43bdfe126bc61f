import type { TSchema } from "typebox";
import { AvailableToPromise } from "./available-to-promise.ts";
import { Customer } from "./customer.ts";
import { FulfillmentOrder } from "./fulfillment-order.ts";
import { InventoryPosition } from "./inventory-position.ts";
import { Invoice } from "./invoice.ts";
import { PriceAgreement } from "./price-agreement.ts";
import { Product } from "./product.ts";
import { Reservation, ReservationDraft } from "./reservation.ts";
import { CreditMemo, Return } from "./return.ts";
import { SalesOrder, SalesOrderDraft } from "./sales-order.ts";
import { Shipment } from "./shipment.ts";

export * from "./available-to-promise.ts";
export * from "./customer.ts";
export * from "./product.ts";
export * from "./price-agreement.ts";
export * from "./inventory-position.ts";
export * from "./reservation.ts";
export * from "./sales-order.ts";
export * from "./fulfillment-order.ts";
export * from "./shipment.ts";
export * from "./invoice.ts";
export * from "./return.ts";

/** The canonical documents: what every connector maps to and from. Published as JSON Schemas under contracts/schemas. */
export const documentCatalogue: readonly TSchema[] = [
  Customer,
  Product,
  PriceAgreement,
  InventoryPosition,
  AvailableToPromise,
  ReservationDraft,
  Reservation,
  SalesOrderDraft,
  SalesOrder,
  FulfillmentOrder,
  Shipment,
  Invoice,
  Return,
  CreditMemo,
];
