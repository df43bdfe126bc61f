import * as saw from "#contracts";
import {
  billShipments,
  cancelBeforeFulfillment,
  cancelOnHold,
  closeOrders,
  concludeCancellation,
  estimateTaxAt,
  holdRefusedByErp,
  recallFulfillments,
  recordDropShips,
  recordInvoices,
  recordRegistered,
  recordTaxed,
  refuseCancellation,
  sourceFulfillments,
} from "#domains";
import type { Hands } from "./commands/asking.ts";
import { confirmCancellationToChannel } from "./commands/channel-commands.ts";
import { cancelErpOrder, cancelErpOrderLines, createErpOrder, postInvoice } from "./commands/erp-commands.ts";
import { calculateTax } from "./commands/tax-commands.ts";
import { stay, transitionsOver, type Process } from "./engine/index.ts";
import { effect, orderEffect } from "./effect.ts";
import { instancesNamed } from "./instances.ts";
import { stockPolicy } from "./policies.ts";

// prettier-ignore
export type OrderToCashState =
  | "received" | "on-hold" | "registering" | "taxing" | "fulfilling" | "delivering" | "cancelling"
  | "closed" | "cancelled";

const when = transitionsOver<OrderToCashState>();

/**
 * From an accepted sales order to a closed one. Each row is one business rule; read it top to bottom.
 *
 * What is true of the whole order (nothing left to ship, all delivered and invoiced, every branch recalled) is uttered by the effect that
 * wrote the last piece of it, whichever that was; so the facts may come in any order, and this table reads only the conclusions.
 */
export function orderToCash(hands: Hands): Process<OrderToCashState> {
  const cancelOrderInErp = cancelErpOrder(hands);
  const cancelLinesInErp = cancelErpOrderLines(hands);
  const createOrderInErp = createErpOrder(hands);
  const invoice = postInvoice(hands);
  const askForTax = calculateTax(hands);
  const tellChannel = confirmCancellationToChannel(hands);

  const recordErpNumber = orderEffect("record-erp-number", recordRegistered, ["credit"]);
  const holdForErp = orderEffect("hold-refused-by-erp", holdRefusedByErp, ["credit"]);
  const estimateTax = effect(
    "estimate-tax",
    estimateTaxAt(hands.policies.tax.estimatedRatePercent, hands.policies.timeZone),
  );
  const recordTax = orderEffect("record-tax", recordTaxed);
  const source = orderEffect("source-fulfillments", sourceFulfillments);
  const noteDropShips = effect("record-drop-ships", recordDropShips);
  const bill = effect("bill-shipment", billShipments);
  const recordInvoice = orderEffect("record-invoice", recordInvoices(stockPolicy(hands.policies)), ["tied-goods"]);
  const close = orderEffect("close-order", closeOrders);
  const cancelHeld = orderEffect("cancel-on-hold", cancelOnHold, ["credit", "all-goods"]);
  const cancelLines = orderEffect("cancel-before-fulfillment", cancelBeforeFulfillment, ["credit", "all-goods"]);
  const recall = orderEffect("recall-fulfillments", recallFulfillments, ["all-goods"]);
  const refuseToCancel = effect("refuse-cancellation", refuseCancellation);
  const conclude = orderEffect("conclude-cancellation", concludeCancellation);

  const whileHoldable = ["on-hold", "registering", "taxing", "fulfilling"] as const;
  const onceSourced = ["fulfilling", "delivering", "cancelling"] as const;
  return {
    name: "order-to-cash",
    initial: "received",
    final: ["closed", "cancelled"],
    instanceOf: instancesNamed("order-to-cash", "salesOrderId"),
    starts: [saw.SalesOrderAccepted, saw.SalesOrderHeld],

    // prettier-ignore
    patience: {
      "received": "1m", "on-hold": "5d", "registering": "1h", "taxing": "2m",
      "fulfilling": "30d", "delivering": "14d", "cancelling": "1d",
    },

    // prettier-ignore
    transitions: [
      //   while           we learn of                          we become      and so we
      when("received",     saw.SalesOrderAccepted,              "registering", createOrderInErp),
      when("received",     saw.SalesOrderHeld,                  "on-hold"),
      when("on-hold",      saw.SalesOrderHoldsCleared,          "registering", createOrderInErp),
      when("on-hold",      saw.SalesOrderCancelRequested,       "cancelling",  cancelHeld),

      // It does not wait for the ERP, nor for a hold: the supplier's day was promised.
      when([...whileHoldable, "delivering"], saw.SalesOrderDropShipWanted, stay, noteDropShips),
      when("cancelling",   saw.SalesOrderDropShipWanted,        stay),

      when("registering",  saw.SalesOrderRegistered,            "taxing",      recordErpNumber, askForTax),
      when("registering",  saw.SalesOrderRegistrationRefused,   "on-hold",     holdForErp),
      when("taxing",       saw.SalesOrderTaxed,                 "fulfilling",  recordTax, source),
      when("taxing",       saw.TimerElapsed,                    stay,          estimateTax),
      // A hold placed later than at the door keeps the branches from being asked: sourcing passes over an order that is held.
      when(whileHoldable,  saw.SalesOrderHeld,                  stay),
      when(whileHoldable,  saw.SalesOrderHoldReleased,          stay),
      when(["registering", "taxing"], saw.SalesOrderHoldsCleared, stay),
      when("fulfilling",   saw.SalesOrderHoldsCleared,          stay,          source),
      // Before it is sourced, what came in meanwhile is sourced with the rest.
      when(["on-hold", "registering", "taxing"], saw.SalesOrderBackorderFilled, stay),

      when("fulfilling",   saw.SalesOrderBackorderFilled,       stay,          source),
      when(onceSourced,    saw.FulfillmentShipped,              stay,          bill, invoice),
      when("fulfilling",   saw.SalesOrderShipped,               "delivering"),
      when("delivering",   saw.SalesOrderCompleted,             "closed",      close),
      // The estimate gives way to the engine's late word, as far as it is not billed yet.
      when(onceSourced,    saw.SalesOrderTaxed,                 stay,          recordTax),
      when(onceSourced,    saw.InvoicePosted,                   stay,          recordInvoice),

      when(["registering", "taxing"], saw.SalesOrderCancelRequested, "cancelling", cancelLines, cancelOrderInErp),
      when("fulfilling",   saw.SalesOrderCancelRequested,       "cancelling",  recall),
      when("delivering",   saw.SalesOrderCancelRequested,       stay,          refuseToCancel),
      when("delivering",   saw.SalesOrderCancelRefused,         stay),

      when("cancelling",   saw.SalesOrderRegistered,            stay,          recordErpNumber),
      when("cancelling",   saw.SalesOrderRegistrationRefused,   stay),
      when("cancelling",   saw.SalesOrderBackorderFilled,       stay),
      when("cancelling",   saw.SalesOrderCancelRequested,       stay),
      when("cancelling",   saw.SalesOrderRecalled,              stay,          cancelOrderInErp),
      when("cancelling",   saw.SalesOrderCancelRefused,         "fulfilling",  cancelLinesInErp),
      when("cancelling",   saw.SalesOrderUnregistered,          stay,          conclude),
      when("cancelling",   saw.SalesOrderCancelled,             "cancelled",   tellChannel),
    ],
  };
}
