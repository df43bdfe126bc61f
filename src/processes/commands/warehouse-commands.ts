import type { FulfillmentRecallRequested, FulfillmentRequested, ShipmentTendered } from "#contracts";
import {
  FulfillmentRecalled,
  FulfillmentRecallRefused,
  FulfillmentReleased,
  FulfillmentReleaseRefused,
  ShipmentDocumentsSent,
  type DataOf,
} from "#contracts";
import { readDocuments, readFulfillmentWork } from "#domains";
import { isRefused } from "#systems";
import type { Command } from "../engine/index.ts";
import { acceptedOrPark, callOptions, cannot, forAPerson, storyOf, type Hands } from "./asking.ts";

/** Hands the work of one branch to its warehouse. The fulfillment order's id is our reference there. */
export const releaseToWarehouse = ({ systems }: Hands): Command<DataOf<typeof FulfillmentRequested>> => ({
  kind: "command",
  name: "release-to-warehouse",
  lane: (call) => call.event.data.warehouse,
  async perform(call, context) {
    const { fulfillmentOrderId, salesOrderId, branch } = call.event.data;
    const handle = systems.warehouseOf(branch);
    const [work] = await readFulfillmentWork(context.database, [fulfillmentOrderId]);
    if (!work) throw forAPerson(handle.code, "release", `There is no fulfillment order ${fulfillmentOrderId}.`);
    if (!handle.connector.release) throw cannot(handle, "release");
    const { customerPurchaseOrder, shipTo, lines } = work;
    const answer = await handle.connector.release(
      {
        reference: fulfillmentOrderId,
        branch,
        shipTo,
        lines,
        ...(customerPurchaseOrder !== null && { customerPurchaseOrder }),
      },
      handle.call(callOptions(context)),
    );
    const which = { fulfillmentOrderId, salesOrderId, branch, warehouse: handle.code };
    return isRefused(answer)
      ? [FulfillmentReleaseRefused({ ...which, reason: answer.refused }, storyOf(call))]
      : [FulfillmentReleased({ ...which, warehouseReference: answer.warehouseReference }, storyOf(call))];
  },
});

/** Asks the warehouse to stop. Performed after the release, so that a recall never overtakes what it recalls. */
export const recallFromWarehouse = ({ systems }: Hands): Command<DataOf<typeof FulfillmentRecallRequested>> => ({
  kind: "command",
  name: "recall-from-warehouse",
  lane: (call) => systems.warehouseOf(call.event.data.branch).code,
  priority: 50,
  async perform(call, context) {
    const { fulfillmentOrderId, salesOrderId, branch } = call.event.data;
    const handle = systems.warehouseOf(branch);
    if (!handle.connector.recall) throw cannot(handle, "recall");
    const answer = await handle.connector.recall(fulfillmentOrderId, handle.call(callOptions(context)));
    const which = { fulfillmentOrderId, salesOrderId, branch };
    if (isRefused(answer)) return [FulfillmentRecallRefused({ ...which, reason: answer.refused }, storyOf(call))];
    const [work] = await readFulfillmentWork(context.database, [fulfillmentOrderId]);
    const shipment = {
      ...(work?.shipmentId && { shipmentId: work.shipmentId }),
      ...(work?.carrier && { carrier: work.carrier }),
    };
    return [FulfillmentRecalled({ ...which, ...shipment }, storyOf(call))];
  },
});

/** Gives the packers the label or bill of lading; from then on they may ship. */
export const sendDocumentsToWarehouse = ({ systems }: Hands): Command<DataOf<typeof ShipmentTendered>> => ({
  kind: "command",
  name: "send-documents-to-warehouse",
  lane: (call) => systems.warehouseOf(call.event.data.branch).code,
  priority: 60,
  async perform(call, context) {
    const { shipmentId, fulfillmentOrderId, salesOrderId, branch, carrier, trackingNumber, proNumber, bolNumber } =
      call.event.data;
    const handle = systems.warehouseOf(branch);
    if (!handle.connector.sendDocuments) throw cannot(handle, "send-documents");
    const answer = await handle.connector.sendDocuments(
      {
        reference: fulfillmentOrderId,
        shipmentReference: shipmentId,
        carrier,
        trackingNumber: trackingNumber ?? proNumber ?? bolNumber ?? "",
        documents: await readDocuments(context.database, shipmentId),
      },
      handle.call(callOptions(context)),
    );
    acceptedOrPark(answer, handle, "send-documents");
    return [
      ShipmentDocumentsSent({ shipmentId, fulfillmentOrderId, salesOrderId, warehouse: handle.code }, storyOf(call)),
    ];
  },
});
