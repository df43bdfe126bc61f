export {
  createDeadLetterDesk,
  type DeadLetter,
  type DeadLetterDesk,
  type FactKey,
  type ParkedCommand,
  type ParkedFact,
  type ParkedWork,
} from "./dead-letter-desk.ts";
export { createHttpServer } from "./http-server.ts";
export type {
  Availability,
  EventDesk,
  Hub,
  OrderDesk,
  PriceAnswer,
  PriceQuestion,
  ShipmentDesk,
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
