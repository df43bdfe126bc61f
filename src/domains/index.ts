export * from "./applied.ts";
export * from "./feeds.ts";
export * from "./branches/branches.ts";
export * from "./customers/apply-customers.ts";
export * from "./customers/credit.ts";
export * from "./customers/find-customers.ts";
export * from "./products/apply-products.ts";
export * from "./products/find-products.ts";
export * from "./products/units.ts";
export * from "./pricing/apply-prices.ts";
export * from "./pricing/compare-price.ts";
export * from "./pricing/find-prices.ts";
export * from "./pricing/price-for.ts";
export * from "./inventory/apply-stock.ts";
export * from "./inventory/find-positions.ts";
export * from "./orders/intake/draft-shape.ts";
export * from "./orders/intake/order-intake.ts";
export * from "./orders/intake/policies.ts";
export * from "./orders/intake/submission.ts";
export * from "./orders/intake/submit-queue.ts";
export * from "./orders/holds/holds.ts";
export * from "./orders/read/find-sales-orders.ts";
export * from "./orders/read/read-sales-orders.ts";
export * from "./orders/status.ts";
export * from "./books.ts";
export * from "./effect-context.ts";

export * from "./orders/lifecycle/cancel-orders.ts";
export * from "./orders/lifecycle/fill-backorders.ts";
export * from "./orders/lifecycle/holds.ts";
export * from "./orders/lifecycle/locks.ts";
export * from "./orders/lifecycle/read-for-systems.ts";
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

export * from "./inbound/index.ts";
