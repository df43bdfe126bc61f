export { createDeadLetterDesk, type DeadLetter, type DeadLetterDesk, type ParkedWork } from "./dead-letter-desk.ts";
export { createHttpServer } from "./http-server.ts";
export type {
  EventDesk,
  Hub,
  OrderDesk,
  AvailabilityAnswer,
  AvailabilityQuestion,
  PriceQuestion,
  ShipmentDesk,
  SnapshotDesk,
  Submit,
  SystemDesk,
  SystemState,
} from "./hub.ts";
export { openApi } from "./openapi.ts";
export type { Route } from "./route.ts";
export { routes } from "./routes.ts";
export {
  createResubmit,
  newsDoor,
  type NewsRecord,
  storefrontDoor,
  type WebhookDoor,
  type WebhookMessage,
  type WebhookReceipt,
} from "./webhooks/webhook-door.ts";
export { createEventDesk } from "./desks/event-desk.ts";
export { createOrderDesk } from "./desks/order-desk.ts";
export { createReservationDesk } from "./desks/reservation-desk.ts";
export { createShipmentDesk } from "./desks/shipment-desk.ts";
export { createComparisonDesk } from "./desks/comparison-desk.ts";
export { createPriceDesk } from "./desks/price-desk.ts";
export { createPromiseDesk } from "./desks/promise-desk.ts";
export { createStockDesk } from "./desks/stock-desk.ts";
export { createMovementDesk } from "./desks/movement-desk.ts";
export { createSnapshotDesk } from "./desks/snapshot-desk.ts";
export { resubmitMovements } from "./v1/stock/movements/movement-list.ts";
export { createSystemDesk, type KnownSystem } from "./desks/system-desk.ts";
