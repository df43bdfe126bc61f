import type { FulfillmentPacked } from "#contracts";
import { ShipmentCreated, type DataOf, type EffectCall, type EventDraft } from "#contracts";
import type { Transaction } from "#platform";
import { ordersOf, type EffectContext } from "../effect-context.ts";
import { rowsOf } from "../sql.ts";
import { chooseMode, type ModeRule } from "./choose-mode.ts";
import { shipmentIdOf } from "./identity.ts";

/** The warehouse packed: one shipment a fulfillment, by parcel or by freight. */
export const createShipments =
  (rule: ModeRule) =>
  async (
    tx: Transaction,
    calls: readonly EffectCall<DataOf<typeof FulfillmentPacked>>[],
    context: EffectContext,
  ): Promise<EventDraft[]> => {
    const { storyOf } = ordersOf(calls);
    const packed = calls.map(({ event: { data } }) => ({
      ...data,
      ...chooseMode(data.handlingUnits, rule),
      shipmentId: shipmentIdOf(data.fulfillmentOrderId),
    }));
    await writeShipments(tx, packed, context.now);
    return packed.map(({ shipmentId, fulfillmentOrderId, salesOrderId, branch, mode, weightLb, handlingUnits }) =>
      ShipmentCreated(
        {
          shipmentId,
          fulfillmentOrderId,
          salesOrderId,
          branch,
          mode,
          weightLb,
          handlingUnitCount: handlingUnits.length,
        },
        storyOf(salesOrderId),
      ),
    );
  };

async function writeShipments(tx: Transaction, packed: readonly object[], now: Date): Promise<void> {
  await rowsOf(
    tx,
    `with packed as (
       select * from jsonb_to_recordset($1::jsonb -> 'packed')
           as p("shipmentId" text, "fulfillmentOrderId" text, mode text, "handlingUnits" jsonb)
     ), fulfilled as (
       update fulfillment_orders f set status = 'packed', handling_units = p."handlingUnits", shipment_id = p."shipmentId"
         from packed p where f.fulfillment_order_id = p."fulfillmentOrderId"
     )
     insert into shipments (shipment_id, sales_order_id, fulfillment_order_id, correlation_id, branch, status, mode, currency,
                            ship_from, ship_to, handling_units, promised_on, created_at)
     select p."shipmentId", f.sales_order_id, f.fulfillment_order_id, f.correlation_id, f.branch, 'packed', p.mode, o.currency,
            b.address, f.ship_to, p."handlingUnits",
            o.requested_on, ($1::jsonb ->> 'now')::timestamptz
       from packed p
       join fulfillment_orders f on f.fulfillment_order_id = p."fulfillmentOrderId"
       join sales_orders o on o.sales_order_id = f.sales_order_id
       join branches b on b.branch = f.branch
     on conflict (shipment_id) do nothing`,
    { packed, now },
  );
}
