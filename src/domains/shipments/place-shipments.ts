import type { ShipmentTendered, ShipmentTenderRefused } from "#contracts";
import {
  ShipmentAddressCorrected,
  ShipmentRated,
  ShipmentReplanned,
  ShipmentUnplaced,
  type Address,
  type DataOf,
  type EffectCall,
  type EventDraft,
  type RateDecision,
} from "#contracts";
import type { Transaction } from "#platform";
import { ordersOf, type EffectContext, type Story } from "../effect-context.ts";
import { rowsOf } from "../sql.ts";
import { chooseNextCarrier, type ShippingPromise } from "./choose-carrier.ts";
import { keepRateDecision, readShipmentsToPlace, type ShipmentToPlace } from "./shipment-papers.ts";

type WhichShipment = Pick<ShipmentToPlace, "shipmentId" | "fulfillmentOrderId" | "salesOrderId">;
const whichOf = ({ shipmentId, fulfillmentOrderId, salesOrderId }: WhichShipment) => ({
  shipmentId,
  fulfillmentOrderId,
  salesOrderId,
});

/** What a rate decision says: a carrier, or that none is left. */
export function utterDecision(shipment: WhichShipment, decision: RateDecision, story: Story): EventDraft {
  const { chosen, explanation, candidates } = decision;
  if (!chosen) {
    const reasons = candidates.map((candidate) => `${candidate.carrier}: ${candidate.explanation}`);
    return ShipmentUnplaced({ ...whichOf(shipment), reason: [explanation, ...reasons].join(" ") }, story);
  }
  const { carrier, service, amount, currency } = chosen;
  const losers = candidates
    .filter((candidate) => candidate.verdict !== "chosen")
    .map((candidate) => ({
      carrier: candidate.carrier,
      verdict: `${candidate.verdict}: ${candidate.explanation}`,
      ...(candidate.quote && { service: candidate.quote.service, amount: candidate.quote.amount }),
    }));
  return ShipmentRated({ ...whichOf(shipment), carrier, service, amount, currency, explanation, losers }, story);
}

export const promiseOf = (shipment: ShipmentToPlace, transitDaysMax: number, now: Date): ShippingPromise => ({
  shipOn: now.toISOString().slice(0, 10),
  promisedOn: shipment.promisedOn,
  transitDaysMax,
});

export async function recordRated(
  tx: Transaction,
  calls: readonly EffectCall<DataOf<typeof ShipmentRated>>[],
): Promise<EventDraft[]> {
  await rowsOf(
    tx,
    `update shipments s set status = 'rated', carrier = r.carrier, service = r.service
       from jsonb_to_recordset($1::jsonb) as r("shipmentId" text, carrier text, service text)
      where s.shipment_id = r."shipmentId"`,
    calls.map((call) => call.event.data),
  );
  return [];
}

export async function recordTendered(
  tx: Transaction,
  calls: readonly EffectCall<DataOf<typeof ShipmentTendered>>[],
): Promise<EventDraft[]> {
  await rowsOf(
    tx,
    `update shipments s set status = 'tendered', carrier = t.carrier, service = t.service, tracking_number = t."trackingNumber",
            pro_number = t."proNumber", bol_number = t."bolNumber", freight_amount = t.amount
       from jsonb_to_recordset($1::jsonb) as t("shipmentId" text, carrier text, service text, "trackingNumber" text,
            "proNumber" text, "bolNumber" text, amount numeric)
      where s.shipment_id = t."shipmentId"`,
    calls.map((call) => call.event.data),
  );
  return [];
}

/** A carrier said no, or nothing in time: the next best of the offers already known, or nobody. The refusal is remembered. */
export const chooseNextCarriers =
  (transitDaysMax: number) =>
  async (
    tx: Transaction,
    calls: readonly EffectCall<DataOf<typeof ShipmentTenderRefused>>[],
    { now }: EffectContext,
  ): Promise<EventDraft[]> => {
    const { storyOf } = ordersOf(calls);
    await rememberRefusals(tx, calls);
    const shipments = await readShipmentsToPlace(
      tx,
      calls.map((call) => call.event.data.shipmentId),
    );
    const drafts: EventDraft[] = [];
    for (const shipment of shipments) {
      const { refusedCarriers, rateDecision } = shipment;
      if (!rateDecision) continue;
      const decision = chooseNextCarrier(rateDecision, refusedCarriers, promiseOf(shipment, transitDaysMax, now), now);
      await keepRateDecision(tx, shipment.shipmentId, decision);
      drafts.push(utterDecision(shipment, decision, storyOf(shipment.salesOrderId)));
    }
    return drafts;
  };

async function rememberRefusals(
  tx: Transaction,
  calls: readonly EffectCall<DataOf<typeof ShipmentTenderRefused>>[],
): Promise<void> {
  await rowsOf(
    tx,
    `update shipments s
        set refused_carriers = s.refused_carriers || jsonb_build_array(jsonb_build_object('carrier', r.carrier, 'reason', r.reason))
       from jsonb_to_recordset($1::jsonb) as r("shipmentId" text, carrier text, reason text)
      where s.shipment_id = r."shipmentId"`,
    calls.map((call) => call.event.data),
  );
}

/** Nothing of it will move: what was tendered is voided, or nothing was. */
export async function recordCancelled(tx: Transaction, calls: readonly EffectCall[]): Promise<EventDraft[]> {
  await rowsOf(
    tx,
    `update shipments set status = 'cancelled' where shipment_id in (select jsonb_array_elements_text($1::jsonb))`,
    calls.map((call) => call.instanceId),
  );
  return [];
}

interface Correction {
  readonly shipmentId: string;
  readonly by: string;
  readonly reason: string;
}

/**
 * An operator corrected where the goods go: rates are asked anew, of every carrier. Answers no draft where there is no such
 * shipment or a carrier has it already. For the door that takes the correction; it appends what is answered in the same transaction.
 */
export async function correctAddress(
  tx: Transaction,
  correction: Correction & { readonly shipTo: Address },
): Promise<EventDraft[]> {
  const shipment = await beginAnew(tx, correction.shipmentId, correction.shipTo);
  const { by, reason } = correction;
  return shipment.map((one) => ShipmentAddressCorrected({ ...whichOf(one), by, reason }, one));
}

/** An operator sends an unplaced shipment round the carriers once more; earlier refusals are forgotten. */
export async function replanShipment(tx: Transaction, correction: Correction): Promise<EventDraft[]> {
  const shipment = await beginAnew(tx, correction.shipmentId, null);
  const { by, reason } = correction;
  return shipment.map((one) => ShipmentReplanned({ ...whichOf(one), by, reason }, one));
}

async function beginAnew(
  tx: Transaction,
  shipmentId: string,
  shipTo: Address | null,
): Promise<readonly (WhichShipment & Story)[]> {
  return rowsOf<WhichShipment & Story>(
    tx,
    `update shipments set refused_carriers = '[]', ship_to = coalesce(nullif($1::jsonb -> 'shipTo', 'null'), ship_to)
      where shipment_id = $1::jsonb ->> 'shipmentId' and status in ('packed', 'rated')
     returning shipment_id as "shipmentId", fulfillment_order_id as "fulfillmentOrderId", sales_order_id as "salesOrderId",
               correlation_id as "correlationId"`,
    { shipmentId, shipTo },
  );
}
