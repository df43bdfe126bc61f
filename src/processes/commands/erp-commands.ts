import type { FulfillmentShipped, SalesOrderCancelRefused } from "#contracts";
import {
  InvoicePosted,
  SalesOrderRegistered,
  SalesOrderRegistrationRefused,
  SalesOrderUnregistered,
  type DataOf,
} from "#contracts";
import { readBillableShipment, readCancelledQuantities, readSalesOrders } from "#domains";
import { CallFailure } from "#platform";
import { isRefused } from "#systems";
import type { Command } from "../engine/index.ts";
import { acceptedOrPark, callOptions, cannot, forAPerson, storyOf, type Hands } from "./asking.ts";

interface WhichOrder {
  readonly salesOrderId: string;
}

/** Creates the order in the ERP. It waits for as long as the ERP is down: the order is accepted and loses nothing by it. */
export const createErpOrder = ({ systems }: Hands): Command<WhichOrder> => ({
  kind: "command",
  name: "create-erp-order",
  lane: () => systems.erp().code,
  async perform(call, context) {
    const { salesOrderId } = call.event.data;
    const handle = systems.erp();
    const [order] = await readSalesOrders(context.database, [salesOrderId]);
    if (!order) throw forAPerson(handle.code, "create-sales-order", `There is no sales order ${salesOrderId}.`);
    if (!handle.connector.createSalesOrder) throw cannot(handle, "create-sales-order");
    const answer = await handle.connector.createSalesOrder(order, handle.call(callOptions(context)));
    return isRefused(answer)
      ? [SalesOrderRegistrationRefused({ salesOrderId, system: handle.code, reason: answer.refused }, storyOf(call))]
      : [
          SalesOrderRegistered(
            { salesOrderId, system: handle.code, erpOrderNumber: answer.erpOrderNumber },
            storyOf(call),
          ),
        ];
  },
});

/** Cancels the whole order in the ERP. Performed after its creation; the ERP says "done" as well when it never had it. */
export const cancelErpOrder = ({ systems }: Hands): Command<WhichOrder> => ({
  kind: "command",
  name: "cancel-erp-order",
  lane: () => systems.erp().code,
  async perform(call, context) {
    const { salesOrderId } = call.event.data;
    const handle = systems.erp();
    const [order] = await readSalesOrders(context.database, [salesOrderId]);
    if (!handle.connector.cancelSalesOrder) throw cannot(handle, "cancel-sales-order");
    const answer = await handle.connector.cancelSalesOrder(
      { reference: salesOrderId, ...(order?.erpOrderNumber && { erpOrderNumber: order.erpOrderNumber }) },
      handle.call(callOptions(context)),
    );
    acceptedOrPark(answer, handle, "cancel-sales-order");
    return [SalesOrderUnregistered({ salesOrderId, system: handle.code }, storyOf(call))];
  },
});

/** A cancellation came too late for a part: the ERP is told of the part that could be stopped. */
export const cancelErpOrderLines = ({ systems }: Hands): Command<DataOf<typeof SalesOrderCancelRefused>> => ({
  kind: "command",
  name: "cancel-erp-order-lines",
  lane: () => systems.erp().code,
  async perform(call, context) {
    const { salesOrderId, cancelledLines } = call.event.data;
    if (cancelledLines.length === 0) return [];
    const handle = systems.erp();
    const order = await readCancelledQuantities(context.database, salesOrderId, cancelledLines);
    if (!handle.connector.cancelSalesOrder) throw cannot(handle, "cancel-sales-order");
    const answer = await handle.connector.cancelSalesOrder(
      {
        reference: salesOrderId,
        lines: order.lines,
        ...(order.erpOrderNumber && { erpOrderNumber: order.erpOrderNumber }),
      },
      handle.call(callOptions(context)),
    );
    acceptedOrPark(answer, handle, "cancel-sales-order");
    return [];
  },
});

/** Has the ERP post the invoice of one shipment: what left, at the order's prices, with its share of the tax. */
export const postInvoice = ({ systems, policies }: Hands): Command<DataOf<typeof FulfillmentShipped>> => ({
  kind: "command",
  name: "post-invoice",
  lane: () => systems.erp().code,
  // Our own books may be behind (a fact that is held): the invoice waits for them as long as it takes.
  retry: { conflict: { attemptsMax: null, firstDelayMs: 250, factor: 2, delayMsMax: 60_000 } },
  async perform(call, context) {
    const { salesOrderId, shipmentId } = call.event.data;
    const handle = systems.erp();
    const operation = "post-invoice";
    const shipment = await readBillableShipment(context.database, shipmentId);
    if (!shipment?.hasShipped || shipment.erpOrderNumber === null) {
      const explanation = `Our own books do not show ${shipmentId} as shipped yet.`;
      throw new CallFailure(explanation, { category: "conflict", outcome: "not-done", system: handle.code, operation });
    }
    if (!handle.connector.postInvoice) throw cannot(handle, operation);
    const { invoiceId, erpOrderNumber, customerNumber, currency, freightAmount, goods, lines } = shipment;
    const answer = await handle.connector.postInvoice(
      {
        reference: invoiceId,
        salesOrderReference: salesOrderId,
        erpOrderNumber,
        customerNumber,
        shipmentReference: shipmentId,
        goods,
        currency,
        freightAmount: policies.freight.billed === "never" ? "0" : freightAmount,
        lines: lines.map(({ lineNumber, sku, quantity, unitPrice, taxAmount }) => ({
          lineNumber,
          sku,
          quantity,
          unitPrice,
          taxAmount,
        })),
      },
      handle.call(callOptions(context)),
    );
    const posted = acceptedOrPark(answer, handle, operation);
    return [
      InvoicePosted({ invoiceId, salesOrderId, shipmentId, system: handle.code, currency, ...posted }, storyOf(call)),
    ];
  },
});
