export * from "./effect-context.ts";

export * from "./orders/lifecycle/cancel-orders.ts";
export * from "./orders/lifecycle/fill-backorders.ts";
export * from "./orders/lifecycle/holds.ts";
export * from "./orders/lifecycle/locks.ts";
export * from "./orders/lifecycle/read-for-systems.ts";
export * from "./orders/lifecycle/read-sales-orders.ts";
export * from "./orders/lifecycle/registration.ts";
export * from "./orders/lifecycle/settle-cancellations.ts";
export * from "./orders/lifecycle/settle-orders.ts";
export * from "./orders/lifecycle/tax.ts";
export * from "./orders/lifecycle/waiting-lines.ts";

export * from "./fulfillments/give-back.ts";
export * from "./fulfillments/read-work.ts";
export * from "./fulfillments/record-progress.ts";
export * from "./fulfillments/record-shipped.ts";
export * from "./fulfillments/source-fulfillments.ts";

export * from "./shipments/choose-carrier.ts";
export * from "./shipments/choose-mode.ts";
export * from "./shipments/create-shipments.ts";
export * from "./shipments/find-shipments.ts";
export * from "./shipments/identity.ts";
export * from "./shipments/last-known-rates.ts";
export * from "./shipments/place-shipments.ts";
export * from "./shipments/record-journey.ts";
export * from "./shipments/shipment-papers.ts";

export * from "./invoices/bill-line.ts";
export * from "./invoices/bill-shipments.ts";
