import type { FulfillmentShipped, SalesOrderCancelled } from "#contracts";
import { SalesOrderChannelInformed, type DataOf } from "#contracts";
import { readChannelLines, readChannelOrder, readShipmentsToPlace } from "#domains";
import { isPositive } from "#platform";
import type { Command } from "../engine/index.ts";
import { acceptedOrPark, callOptions, forAPerson, HUB_LANE, storyOf, type Hands } from "./asking.ts";

const laneOf = ({ systems }: Hands, channel: string) => systems.storefrontOf(channel)?.code ?? HUB_LANE;

/** Tells the channel what left, by which carrier, under which number. A channel without a storefront is told nothing. */
export const confirmShipmentToChannel = (hands: Hands): Command<DataOf<typeof FulfillmentShipped>> => ({
  kind: "command",
  name: "confirm-shipment-to-channel",
  lane: (call) => laneOf(hands, call.event.data.channel),
  async perform(call, context) {
    const { salesOrderId, shipmentId, channel, lines } = call.event.data;
    const handle = hands.systems.storefrontOf(channel);
    if (!handle?.connector.confirmShipment) return [];
    const [shipment] = await readShipmentsToPlace(context.database, [shipmentId]);
    if (!shipment) throw forAPerson(handle.code, "confirm-shipment", `There is no shipment ${shipmentId}.`);
    const ordered = await readChannelLines(context.database, salesOrderId, shipmentId, lines);
    const told = ordered.filter((line) => isPositive(line.quantity));
    // A part of a kit by itself is nothing the channel knows of.
    if (told.length === 0) return [];
    const { channelOrderNumber, carrier, trackingNumber, proNumber, bolNumber } = shipment;
    const answer = await handle.connector.confirmShipment(
      {
        channelOrderNumber,
        reference: shipmentId,
        carrier: carrier ?? "",
        trackingNumber: trackingNumber ?? proNumber ?? bolNumber ?? "",
        lines: told,
      },
      handle.call(callOptions(context)),
    );
    acceptedOrPark(answer, handle, "confirm-shipment");
    return [SalesOrderChannelInformed({ salesOrderId, channel, of: "shipment", shipmentId }, storyOf(call))];
  },
});

export const confirmCancellationToChannel = (hands: Hands): Command<DataOf<typeof SalesOrderCancelled>> => ({
  kind: "command",
  name: "confirm-cancellation-to-channel",
  lane: (call) => laneOf(hands, call.event.data.channel),
  async perform(call, context) {
    const { salesOrderId, channel, reason } = call.event.data;
    const handle = hands.systems.storefrontOf(channel);
    if (!handle?.connector.confirmCancellation) return [];
    const order = await readChannelOrder(context.database, salesOrderId);
    if (!order) throw forAPerson(handle.code, "confirm-cancellation", `There is no sales order ${salesOrderId}.`);
    const answer = await handle.connector.confirmCancellation(
      { channelOrderNumber: order.channelOrderNumber, reference: salesOrderId, reason },
      handle.call(callOptions(context)),
    );
    acceptedOrPark(answer, handle, "confirm-cancellation");
    return [SalesOrderChannelInformed({ salesOrderId, channel, of: "cancellation" }, storyOf(call))];
  },
});
