import * as saw from "#contracts";
import {
  cancelFulfillments,
  createShipments,
  giveBackRecalled,
  recordPicked,
  recordRecallRefused,
  recordReleased,
  recordShipped,
  type Lockable,
  type WhichFulfillment,
} from "#domains";
import { isPositive } from "#platform";
import type { Hands } from "./commands/asking.ts";
import { confirmShipmentToChannel } from "./commands/channel-commands.ts";
import { recallFromWarehouse, releaseToWarehouse, sendDocumentsToWarehouse } from "./commands/warehouse-commands.ts";
import { effect, orderEffect } from "./effect.ts";
import { stay, transitionsOver, type Process } from "./engine/index.ts";
import { instancesNamed } from "./instances.ts";
import { stockPolicy } from "./policies.ts";

// prettier-ignore
export type FulfillmentState =
  | "requested" | "releasing" | "released" | "picked" | "packed" | "labelled"
  | "shipped" | "cancelled";

const when = transitionsOver<FulfillmentState>();

/** What was not found is sought elsewhere. */
const whereShort = ({ lines }: saw.DataOf<typeof saw.FulfillmentPicked>): readonly Lockable[] =>
  lines.some(({ quantityShort }) => isPositive(quantityShort)) ? ["all-goods"] : [];

/** One branch's part of an order, from the warehouse's inbox to the dock. */
export function fulfillment(hands: Hands): Process<FulfillmentState> {
  const release = releaseToWarehouse(hands);
  const recall = recallFromWarehouse(hands);
  const sendDocuments = sendDocumentsToWarehouse(hands);
  const tellChannel = confirmShipmentToChannel(hands);

  const recordRelease = effect("record-released", recordReleased);
  const recordPick = orderEffect("record-picked", recordPicked(stockPolicy(hands.policies)), whereShort);
  const createShipment = effect("create-shipment", createShipments(hands.policies.shipping));
  const recordDeparture = orderEffect("record-shipped", recordShipped, ["tied-goods"]);
  const recordTooLate = orderEffect("record-recall-refused", recordRecallRefused);
  const giveBackRefused = orderEffect<WhichFulfillment>(
    "give-back-refused",
    (tx, calls) => cancelFulfillments(tx, calls, "release-refused"),
    ["all-goods"],
  );
  const giveBack = orderEffect("give-back-recalled", giveBackRecalled, ["all-goods"]);

  const beforeTheDock = ["releasing", "released", "picked", "packed", "labelled"] as const;
  return {
    name: "fulfillment",
    initial: "requested",
    final: ["shipped", "cancelled"],
    instanceOf: instancesNamed("fulfillment", "fulfillmentOrderId"),
    starts: [saw.FulfillmentRequested],

    // prettier-ignore
    patience: {
      "requested": "1m", "releasing": "1h", "released": "2d", "picked": "1d", "packed": "4h", "labelled": "1d",
    },

    // prettier-ignore
    transitions: [
      //   while           we learn of                       we become    and so we
      when("requested",    saw.FulfillmentRequested,         "releasing", release),
      when("releasing",    saw.FulfillmentReleased,          "released",  recordRelease),
      when("releasing",    saw.FulfillmentReleaseRefused,    "cancelled", giveBackRefused),
      when("released",     saw.FulfillmentPicked,            "picked",    recordPick),
      // Nothing at all was found: recording the pick said so.
      when("picked",       saw.FulfillmentCancelled,         "cancelled"),
      when("picked",       saw.FulfillmentPacked,            "packed",    createShipment),
      when("packed",       saw.ShipmentTendered,             "labelled",  sendDocuments),
      when("labelled",     saw.ShipmentTendered,             stay,        sendDocuments),
      // The channel is told here and not by the order, so that a storefront that is down never delays an invoice, nor the ERP a storefront.
      when("labelled",     saw.FulfillmentShipped,           "shipped",   recordDeparture, tellChannel),

      when(beforeTheDock,  saw.FulfillmentRecallRequested,   stay,        recall),
      when(beforeTheDock,  saw.FulfillmentRecalled,          "cancelled", giveBack),
      when(beforeTheDock,  saw.FulfillmentRecallRefused,     stay,        recordTooLate),
    ],
  };
}
