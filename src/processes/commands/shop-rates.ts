import type { ShipmentCreated } from "#contracts";
import { ShipmentAddressRefused, ShipmentUnplaced, type EventDraft, type DataOf, type RateQuote } from "#contracts";
import {
  chooseCarrier,
  keepRateDecision,
  lastKnownRates,
  promiseOf,
  readShipmentsToPlace,
  rememberRates,
  totalWeightLb,
  utterDecision,
  type CarrierReply,
  type RateLane,
  type ShipmentToPlace,
} from "#domains";
import { CallFailure } from "#platform";
import { isRefused, type Carrier, type ShipmentTender } from "#systems";
import type { Command, CommandContext } from "../engine/index.ts";
import type { SystemHandle } from "../systems-at-hand.ts";
import { callOptions, forAPerson, HUB_LANE, storyOf, type Hands } from "./asking.ts";

type WhichShipment = Pick<DataOf<typeof ShipmentCreated>, "shipmentId" | "fulfillmentOrderId" | "salesOrderId">;

/** How long goods may stand on the dock because no carrier at all answers; then a person decides. */
const GIVE_UP_AFTER_MS = 30 * 60_000;

/** What came of asking one carrier, with what kind of no. */
type Asked = CarrierReply & { readonly addressRefused?: true };

/**
 * Asks every eligible carrier at once, under one deadline, and chooses. A silent carrier is judged by what it last asked for such goods.
 * The whole decision is kept with the shipment, so that "why this carrier" is answered from what was decided.
 */
export const shopRates = (hands: Hands): Command<WhichShipment> => ({
  kind: "command",
  name: "shop-rates",
  lane: () => HUB_LANE,
  priority: 40,
  deadlineMs: GIVE_UP_AFTER_MS,
  async perform(call, context) {
    const { database, now } = context;
    const [shipment] = await readShipmentsToPlace(database, [call.event.data.shipmentId]);
    if (!shipment) throw forAPerson(HUB_LANE, "shop-rates", `There is no shipment ${call.event.data.shipmentId}.`);
    const asked = await askCarriers(hands, shipment, context);
    const addressRefused = asked.find((reply) => reply.addressRefused);
    const decision = chooseCarrier(asked, promiseOf(shipment, hands.policies.shipping.transitDaysMax, now), now);
    if (!decision.chosen && addressRefused) return [utterAddressRefused(shipment, addressRefused, storyOf(call))];
    if (!decision.chosen && asked.some((reply) => reply.outcome === "silent")) {
      const silent = decision.candidates.map((candidate) => `${candidate.carrier}: ${candidate.explanation}`).join(" ");
      throw new CallFailure(`No carrier quoted a rate, and some did not answer. ${silent}`, {
        category: "unavailable",
        outcome: "not-done",
        system: HUB_LANE,
        operation: "shop-rates",
      });
    }
    await keepRateDecision(database, shipment.shipmentId, decision);
    return [utterDecision(shipment, decision, storyOf(call))];
  },
  givenUp(call, last) {
    const { shipmentId, fulfillmentOrderId, salesOrderId } = call.event.data;
    return [
      ShipmentUnplaced({ shipmentId, fulfillmentOrderId, salesOrderId, reason: last.explanation }, storyOf(call)),
    ];
  },
});

function utterAddressRefused(shipment: ShipmentToPlace, reply: Asked, story: ReturnType<typeof storyOf>): EventDraft {
  const { shipmentId, fulfillmentOrderId, salesOrderId } = shipment;
  const reason = reply.outcome === "refused" ? reply.reason : "";
  return ShipmentAddressRefused(
    { shipmentId, fulfillmentOrderId, salesOrderId, carrier: reply.carrier, reason },
    story,
  );
}

/** What is offered to a carrier; the shipment's id is our reference there. */
export const tenderOf = (shipment: ShipmentToPlace, shipOn: string): ShipmentTender => ({
  reference: shipment.shipmentId,
  mode: shipment.mode,
  shipFrom: shipment.shipFrom,
  shipTo: shipment.shipTo,
  handlingUnits: shipment.handlingUnits,
  currency: shipment.currency,
  shipOn,
  ...(shipment.customerPurchaseOrder !== null && { customerPurchaseOrder: shipment.customerPurchaseOrder }),
});

async function askCarriers(
  hands: Hands,
  shipment: ShipmentToPlace,
  context: CommandContext,
): Promise<readonly Asked[]> {
  const { database, now } = context;
  const lane: RateLane = {
    mode: shipment.mode,
    branch: shipment.branch,
    country: shipment.shipTo.country,
    postalCode: shipment.shipTo.postalCode,
    weightLb: totalWeightLb(shipment.handlingUnits),
  };
  const carriers = hands.systems.carriers();
  const known = await lastKnownRates(
    database,
    lane,
    carriers.map((carrier) => carrier.code),
    now,
  );
  const deadline = new AbortController();
  const signal = AbortSignal.any([context.signal, deadline.signal]);
  const elapsed = hands.clock.sleep(hands.policies.shipping.quoteDeadlineMs, signal);
  try {
    const replies = await Promise.all(
      carriers.map((handle) => {
        const lastKnown = known.filter((quote) => quote.carrier === handle.code);
        return askCarrier(
          handle,
          shipment,
          { ...context, signal },
          elapsed,
          lastKnown,
          hands.policies.shipping.quoteDeadlineMs,
        );
      }),
    );
    const live = replies.flatMap((reply) => (reply.outcome === "quoted" ? reply.quotes : []));
    await rememberRates(database, lane, live, now);
    return replies;
  } finally {
    deadline.abort();
  }
}

async function askCarrier(
  handle: SystemHandle<Carrier>,
  shipment: ShipmentToPlace,
  context: CommandContext,
  elapsed: Promise<void>,
  lastKnown: readonly RateQuote[],
  deadlineMs: number,
): Promise<Asked> {
  const carrier = handle.code;
  const refusal = shipment.refusedCarriers.find((one) => one.carrier === carrier);
  if (refusal) return { carrier, outcome: "refused", reason: refusal.reason };
  if (!handle.connector.modes.includes(shipment.mode)) {
    return { carrier, outcome: "not-eligible", reason: `Does not carry ${shipment.mode}.` };
  }
  if (!handle.connector.quoteRates || !handle.connector.tender) {
    return { carrier, outcome: "not-eligible", reason: "Cannot be asked for rates." };
  }
  const asking = handle.connector.quoteRates(
    tenderOf(shipment, context.now.toISOString().slice(0, 10)),
    handle.call(callOptions(context)),
  );
  const answer = await Promise.race([
    asking.catch((error: unknown) => ({ silent: error instanceof Error ? error.message : String(error) })),
    elapsed.then(() => ({ silent: `Did not answer within ${deadlineMs} ms.` })),
  ]);
  if ("silent" in answer) return { carrier, outcome: "silent", reason: answer.silent, lastKnown };
  if (isRefused(answer)) {
    const refused = { carrier, outcome: "refused", reason: answer.refused } as const;
    return answer.kind === "address" ? { ...refused, addressRefused: true } : refused;
  }
  return { carrier, outcome: "quoted", quotes: answer.quotes.map((quote) => ({ ...quote, carrier, age: "live" })) };
}
