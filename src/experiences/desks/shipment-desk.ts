import { CrossdockError, type EventDraft } from "#contracts";
import { correctAddress, readDocuments, readShipments, replanShipment } from "#domains";
import type { Transaction } from "#platform";
import type { ShipmentDesk } from "../hub.ts";
import { changeByHand } from "./order-desk.ts";

/** A correction that changed nothing was of no shipment, or of one a carrier has already. */
async function demand(
  tx: Transaction,
  shipmentId: string,
  drafts: readonly EventDraft[],
): Promise<readonly EventDraft[]> {
  if (drafts.length > 0) return drafts;
  const [shipment] = await readShipments(tx, [shipmentId]);
  if (!shipment) throw new CrossdockError("not-found", `There is no shipment ${shipmentId}.`);
  throw new CrossdockError(
    "not-possible-now",
    `The shipment is ${shipment.status}; that is possible only before a carrier has it.`,
  );
}

/** Shipments as the API serves them: read, their papers, and the two things a person can do for one no carrier takes. */
export function createShipmentDesk(options: Parameters<typeof changeByHand>[0]): ShipmentDesk {
  const { database } = options;
  return {
    read: async (id) => (await readShipments(database, [id]))[0] ?? null,
    document: async (id, n) => (await readDocuments(database, id))[n - 1] ?? null,
    correctAddress: (shipmentId, shipTo, who) =>
      changeByHand(options, { ...who, action: "correct-address", target: shipmentId, after: shipTo }, async (tx) =>
        demand(tx, shipmentId, await correctAddress(tx, { shipmentId, shipTo, ...who })),
      ),
    replan: (shipmentId, who) =>
      changeByHand(options, { ...who, action: "replan-shipment", target: shipmentId }, async (tx) =>
        demand(tx, shipmentId, await replanShipment(tx, { shipmentId, ...who })),
      ),
  };
}
