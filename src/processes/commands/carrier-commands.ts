import type { FulfillmentRecalled, ShipmentRated } from "#contracts";
import {
  ShipmentAddressRefused,
  ShipmentMilestoneRecorded,
  ShipmentTendered,
  ShipmentTenderRefused,
  ShipmentVoided,
  type DataOf,
} from "#contracts";
import { keepDocuments, readShipmentsToPlace, type ShipmentToPlace } from "#domains";
import { CallFailure, type Queryable } from "#platform";
import { isRefused, type Carrier } from "#systems";
import { carrierNewsToEvents } from "../carrier-news.ts";
import type { Command } from "../engine/index.ts";
import type { SystemHandle } from "../systems-at-hand.ts";
import { acceptedOrPark, callOptions, cannot, forAPerson, HUB_LANE, storyOf, type Hands } from "./asking.ts";
import { tenderOf } from "./shop-rates.ts";

/** A truck leaves at its hour: a carrier that does not take the goods by then is passed over for the next one. */
const TENDER_GIVE_UP_AFTER_MS = 10_000;
/** A poll that fails is repeated by the next one. */
const TRACK_GIVE_UP_AFTER_MS = 60_000;

function carrierAt(hands: Hands, code: string): SystemHandle<Carrier> {
  const handle = hands.systems.carriers().find((carrier) => carrier.code === code);
  if (!handle) throw forAPerson(code, "find-carrier", `The carrier ${code} is not configured any more.`);
  return handle;
}

async function shipmentAt(database: Queryable, shipmentId: string): Promise<ShipmentToPlace> {
  const [shipment] = await readShipmentsToPlace(database, [shipmentId]);
  if (!shipment) throw forAPerson(HUB_LANE, "read-shipment", `There is no shipment ${shipmentId}.`);
  return shipment;
}

const whichOf = (data: DataOf<typeof ShipmentRated> | ShipmentToPlace) => ({
  shipmentId: data.shipmentId,
  fulfillmentOrderId: data.fulfillmentOrderId,
  salesOrderId: data.salesOrderId,
});

/** An answer that makes no sense, or a no without business words, is not waited for: another carrier takes the goods. */
function refusedOutright(error: unknown): { readonly reason: string; readonly outcome: "not-done" | "unknown" } {
  const hopeless = error instanceof CallFailure && (error.category === "rejected" || error.category === "malformed");
  if (!hopeless) throw error;
  return { reason: error.message, outcome: error.outcome === "not-done" ? "not-done" : "unknown" };
}

/** Offers the goods to the chosen carrier and keeps its papers. */
export const tenderShipment = (hands: Hands): Command<DataOf<typeof ShipmentRated>> => ({
  kind: "command",
  name: "tender-shipment",
  lane: (call) => call.event.data.carrier,
  priority: 40,
  deadlineMs: TENDER_GIVE_UP_AFTER_MS,
  async perform(call, context) {
    const which = whichOf(call.event.data);
    const handle = carrierAt(hands, call.event.data.carrier);
    const shipment = await shipmentAt(context.database, which.shipmentId);
    const quote = shipment.rateDecision?.chosen;
    if (!quote) throw forAPerson(handle.code, "tender", `No rate was chosen for ${which.shipmentId}.`);
    if (!handle.connector.tender) throw cannot(handle, "tender");
    const tender = tenderOf(shipment, context.now.toISOString().slice(0, 10));
    const answer = await handle.connector
      .tender(tender, quote, handle.call(callOptions(context)))
      .catch(refusedOutright);
    if ("outcome" in answer)
      return [ShipmentTenderRefused({ ...which, carrier: handle.code, ...answer }, storyOf(call))];
    if (isRefused(answer)) {
      const no = { ...which, carrier: handle.code, reason: answer.refused };
      return answer.kind === "address"
        ? [ShipmentAddressRefused(no, storyOf(call))]
        : [ShipmentTenderRefused({ ...no, outcome: "not-done" }, storyOf(call))];
    }
    const { documents, ...numbers } = answer;
    await context.database.transaction((tx) => keepDocuments(tx, which.shipmentId, documents));
    const { branch, mode, currency } = shipment;
    const tendered = { ...which, branch, carrier: handle.code, service: quote.service, mode, currency, ...numbers };
    return [ShipmentTendered(tendered, storyOf(call))];
  },
  givenUp(call, last) {
    const { carrier } = call.event.data;
    const reason = `It did not take the goods in time: ${last.explanation}`;
    return [
      ShipmentTenderRefused({ ...whichOf(call.event.data), carrier, reason, outcome: last.outcome }, storyOf(call)),
    ];
  },
});

/** Voids what was tendered, at whichever carrier has it by now; done as well where there is nothing. */
export const voidTender = (hands: Hands): Command<DataOf<typeof FulfillmentRecalled>> => ({
  kind: "command",
  name: "void-tender",
  lane: (call) => call.event.data.carrier ?? HUB_LANE,
  async perform(call, context) {
    const shipment = await shipmentAt(context.database, call.instanceId);
    const which = whichOf(shipment);
    if (shipment.carrier === null) return [ShipmentVoided(which, storyOf(call))];
    const handle = carrierAt(hands, shipment.carrier);
    if (!handle.connector.voidTender) throw cannot(handle, "void-tender");
    const number = shipment.trackingNumber ?? shipment.proNumber ?? shipment.bolNumber;
    const answer = await handle.connector.voidTender(
      { reference: shipment.shipmentId, ...(number !== null && { number }) },
      handle.call(callOptions(context)),
    );
    acceptedOrPark(answer, handle, "void-tender");
    return [ShipmentVoided({ ...which, carrier: handle.code }, storyOf(call))];
  },
});

/**
 * A tender given up whose outcome nobody knows may have been taken after all: voided by our reference, so that no second truck
 * comes. It has a small process of its own, so that waiting for this carrier does not hold up the goods.
 */
export const voidDoubtfulTender = (hands: Hands): Command<DataOf<typeof ShipmentTenderRefused>> => ({
  kind: "command",
  name: "void-doubtful-tender",
  lane: (call) => call.event.data.carrier,
  async perform(call, context) {
    const { shipmentId, fulfillmentOrderId, salesOrderId, carrier } = call.event.data;
    const handle = carrierAt(hands, carrier);
    // Sent round once more and chosen again: what it has under our reference now is wanted.
    if ((await shipmentAt(context.database, shipmentId)).carrier === carrier) return [];
    if (!handle.connector.voidTender) throw cannot(handle, "void-tender");
    const answer = await handle.connector.voidTender({ reference: shipmentId }, handle.call(callOptions(context)));
    acceptedOrPark(answer, handle, "void-tender");
    return [
      ShipmentMilestoneRecorded(
        {
          shipmentId,
          fulfillmentOrderId,
          salesOrderId,
          carrier,
          code: "voided",
          carrierCode: "void",
          description: "Whatever this carrier may have taken of the tender it did not answer is voided.",
          occurredAt: context.now.toISOString(),
        },
        storyOf(call),
      ),
    ];
  },
});

/** Nobody told us for a while: asks. What comes back is the same news as a webhook's and is dropped where it is known. */
export const trackShipment = (hands: Hands): Command => ({
  kind: "command",
  name: "track-shipment",
  lane: () => HUB_LANE,
  priority: 200,
  deadlineMs: TRACK_GIVE_UP_AFTER_MS,
  async perform(call, context) {
    const shipment = await shipmentAt(context.database, call.instanceId);
    const number = shipment.trackingNumber ?? shipment.proNumber;
    if (shipment.carrier === null || number === null) return [];
    const handle = carrierAt(hands, shipment.carrier);
    if (!handle.connector.track) return [];
    const news = await handle.connector.track(number, handle.call(callOptions(context)));
    const { drafts } = await carrierNewsToEvents(context.database, handle.code, news);
    return drafts;
  },
  givenUp: () => [],
});
