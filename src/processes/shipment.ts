import * as saw from "#contracts";
import {
  chooseNextCarriers,
  recordCancelled,
  recordDelivered,
  recordDeparted,
  recordMilestones,
  recordPickedUp,
  recordRated,
  recordTendered,
} from "#domains";
import type { Hands } from "./commands/asking.ts";
import { tenderShipment, trackShipment, voidDoubtfulTender, voidTender } from "./commands/carrier-commands.ts";
import { shopRates } from "./commands/shop-rates.ts";
import { effect } from "./effect.ts";
import { stay, transitionsOver, type Process } from "./engine/index.ts";
import { fieldOf, instancesNamed } from "./instances.ts";

// prettier-ignore
export type ShipmentState =
  | "packed" | "rating" | "tendering" | "tendered" | "shipped" | "in-transit"
  | "address-hold" | "unplaced" | "voiding"
  | "delivered" | "cancelled";

const when = transitionsOver<ShipmentState>();

/** Packed goods, from the search for a carrier to the proof of delivery. */
export function shipment(hands: Hands): Process<ShipmentState> {
  const shop = shopRates(hands);
  const tender = tenderShipment(hands);
  const voidAtCarrier = voidTender(hands);
  const track = trackShipment(hands);

  const recordRate = effect("record-rated", recordRated);
  const recordTender = effect("record-tendered", recordTendered);
  const chooseNext = effect("choose-next-carrier", chooseNextCarriers(hands.policies.shipping.transitDaysMax));
  const recordDeparture = effect("record-departed", recordDeparted);
  const recordPickup = effect("record-picked-up", recordPickedUp);
  const recordMilestone = effect("record-milestone", recordMilestones);
  const recordDelivery = effect("record-delivered", recordDelivered);
  const cancel = effect("cancel-shipment", recordCancelled);

  const onItsWay = ["shipped", "in-transit"] as const;
  return {
    name: "shipment",
    initial: "packed",
    final: ["delivered", "cancelled"],
    instanceOf: instancesNamed("shipment", "shipmentId"),
    starts: [saw.ShipmentCreated],

    // prettier-ignore
    patience: {
      "packed": "1m", "rating": "1h", "tendering": "10m", "tendered": "1d", "shipped": "1d", "in-transit": "1d",
      "address-hold": "4h", "unplaced": "1h", "voiding": "1d",
    },

    ignored: [
      {
        in: ["rating", "tendering"],
        event: saw.ShipmentAddressCorrected,
        because: "Our books have the corrected address already; whoever is offered the goods next is told that one.",
      },
      {
        in: ["rating", "tendering", "address-hold"],
        event: saw.ShipmentReplanned,
        because: "Only a shipment no carrier is left for is sent round once more.",
      },
    ],

    // prettier-ignore
    transitions: [
      //   while           we learn of                       we become       and so we
      when("packed",       saw.ShipmentCreated,              "rating",       shop),
      when("rating",       saw.ShipmentRated,                "tendering",    recordRate, tender),
      when("rating",       saw.ShipmentUnplaced,             "unplaced"),
      when("tendering",    saw.ShipmentTendered,             "tendered",     recordTender),
      // The next best of the offers already known is uttered as a new rate, or that none is left.
      when("tendering",    saw.ShipmentTenderRefused,        "rating",       chooseNext),
      when(["rating", "tendering"], saw.ShipmentAddressRefused, "address-hold"),
      when(["address-hold", "unplaced"], saw.ShipmentAddressCorrected, "rating", shop),
      when("unplaced",     saw.ShipmentReplanned,            "rating",       shop),

      when("tendered",     saw.FulfillmentShipped,           "shipped",      recordDeparture),
      when("shipped",      saw.ShipmentPickedUp,             "in-transit",   recordPickup),
      when("in-transit",   saw.ShipmentPickedUp,             stay,           recordPickup),
      when(onItsWay,       saw.ShipmentDelivered,            "delivered",    recordDelivery),
      when("shipped",      saw.TimerElapsed,                 "shipped",      track),
      when("in-transit",   saw.TimerElapsed,                 "in-transit",   track),
      when(["rating", "tendering", "tendered", "shipped", "in-transit", "address-hold", "unplaced", "voiding"],
                           saw.ShipmentMilestoneRecorded,    stay,           recordMilestone),

      when(["rating", "address-hold", "unplaced"], saw.FulfillmentRecalled, "cancelled", cancel),
      when(["tendering", "tendered"], saw.FulfillmentRecalled, "voiding",    voidAtCarrier),
      when("voiding",      saw.ShipmentTendered,             stay,           recordTender),
      when("voiding",      saw.ShipmentTenderRefused,        stay),
      when("voiding",      saw.ShipmentVoided,               "cancelled",    cancel),
    ],
  };
}

export type DoubtfulTenderState = "doubtful" | "settled";
const whenDoubtful = transitionsOver<DoubtfulTenderState>();

/**
 * A carrier that was given up and may have taken the goods all the same: one row, an instance a shipment and carrier. It stands apart
 * because commands of one instance go in order, and the goods must not wait until a carrier that is down can be told to forget them.
 */
export function doubtfulTender(hands: Hands): Process<DoubtfulTenderState> {
  return {
    name: "doubtful-tender",
    initial: "doubtful",
    final: ["settled"],
    instanceOf(event) {
      const [shipmentId, carrier] = [fieldOf(event, "shipmentId"), fieldOf(event, "carrier")];
      const doubtful = event.type === saw.ShipmentTenderRefused.type && fieldOf(event, "outcome") === "unknown";
      return doubtful && shipmentId !== null && carrier !== null ? `${shipmentId} ${carrier}` : null;
    },
    starts: [saw.ShipmentTenderRefused],
    patience: { doubtful: "1m" },
    transitions: [whenDoubtful("doubtful", saw.ShipmentTenderRefused, "settled", voidDoubtfulTender(hands))],
  };
}
