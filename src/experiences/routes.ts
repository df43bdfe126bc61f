import { getErrors } from "./get-errors.ts";
import { getHealthz } from "./get-healthz.ts";
import { getMetrics } from "./get-metrics.ts";
import { getOpenApi } from "./get-openapi.ts";
import { getReadyz } from "./get-readyz.ts";
import type { Route } from "./route.ts";
import { getAvailability } from "./v1/availability/get-availability.ts";
import { getAvailableToPromise } from "./v1/available-to-promise/get-available-to-promise.ts";
import { getDeadLetters } from "./v1/dead-letters/get-dead-letters.ts";
import { deadLetterActions } from "./v1/dead-letters/id/post-action.ts";
import { getDropShips } from "./v1/drop-ships/get-drop-ships.ts";
import { getEvents } from "./v1/events/get-events.ts";
import { getEventStream } from "./v1/events/get-event-stream.ts";
import { postPrices } from "./v1/prices/post-prices.ts";
import { deleteReservation, getReservation, postExtend } from "./v1/reservations/id/reservation.ts";
import { postReservations } from "./v1/reservations/post-reservations.ts";
import { getSalesOrders } from "./v1/sales-orders/get-sales-orders.ts";
import { getSalesOrder } from "./v1/sales-orders/id/get-sales-order.ts";
import { getStory } from "./v1/sales-orders/id/get-story.ts";
import { postHoldRelease } from "./v1/sales-orders/id/holds/post-release.ts";
import { postCancel } from "./v1/sales-orders/id/post-cancel.ts";
import { postSalesOrders } from "./v1/sales-orders/post-sales-orders.ts";
import { getDocument } from "./v1/shipments/id/documents/get-document.ts";
import { getShipment } from "./v1/shipments/id/get-shipment.ts";
import { postCorrectAddress } from "./v1/shipments/id/post-correct-address.ts";
import { postReplan } from "./v1/shipments/id/post-replan.ts";
import { systemSwitches } from "./v1/systems/code/post-switch.ts";
import { stockDrift } from "./v1/stock/drift.ts";
import { postMovements } from "./v1/stock/movements/post-movements.ts";
import { getSnapshots } from "./v1/stock/snapshots/get-snapshots.ts";
import { getSnapshot } from "./v1/stock/snapshots/id/get-snapshot.ts";
import { postMended } from "./v1/stock/snapshots/id/post-mended.ts";
import { getRejects, getRejectsFile } from "./v1/stock/snapshots/id/rejects/get-rejects.ts";
import { postSnapshots } from "./v1/stock/snapshots/post-snapshots.ts";
import { getSystems } from "./v1/systems/get-systems.ts";
import { postWebhook } from "./webhooks/post-webhook.ts";

/** Every address of the hub. The server registers these; the OpenAPI document is written from them; a test walks them without a token. */
export const routes: readonly Route[] = [
  postSalesOrders,
  getSalesOrders,
  getSalesOrder,
  getStory,
  postCancel,
  postHoldRelease,
  getShipment,
  getDocument,
  postCorrectAddress,
  postReplan,
  getEvents,
  getEventStream,
  getDeadLetters,
  ...deadLetterActions,
  getSystems,
  ...systemSwitches,
  ...stockDrift,
  getDropShips,
  postSnapshots,
  getSnapshots,
  getSnapshot,
  postMended,
  getRejects,
  getRejectsFile,
  postMovements,
  getAvailability,
  getAvailableToPromise,
  postPrices,
  postReservations,
  getReservation,
  postExtend,
  deleteReservation,
  postWebhook,
  getHealthz,
  getReadyz,
  getMetrics,
  getErrors,
  getOpenApi,
];
