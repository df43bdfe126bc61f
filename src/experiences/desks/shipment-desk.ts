import { CrossdockError, type EventDraft } from "#contracts";
import { correctAddress, readDocuments, readShipments, replanShipment } from "#domains";
import type { EventLog } from "#events";
import type { Database, Transaction } from "#platform";
import type { ShipmentDesk } from "../hub.ts";

/** Shipments as the API speaks of them. */
export function createShipmentDesk({
  database,
  eventLog,
}: {
  readonly database: Database;
  readonly eventLog: EventLog;
}): ShipmentDesk {
  async function begunAnew(
    shipmentId: string,
    begin: (tx: Transaction) => Promise<readonly EventDraft[]>,
  ): Promise<void> {
    await database.transaction(async (tx) => {
      const drafts = await begin(tx);
      if (drafts.length === 0) {
        throw new CrossdockError(
          "not-possible-now",
          `${shipmentId} is not waiting for a carrier: there is none of that id, or a carrier has it already.`,
        );
      }
      await eventLog.append(tx, drafts);
    });
  }

  return {
    read: async (shipmentId) => (await readShipments(database, [shipmentId]))[0] ?? null,
    document: async (shipmentId, n) => (await readDocuments(database, shipmentId))[n - 1] ?? null,
    correctAddress: (shipmentId, shipTo, who) =>
      begunAnew(shipmentId, (tx) => correctAddress(tx, { shipmentId, shipTo, ...who })),
    replan: (shipmentId, who) => begunAnew(shipmentId, (tx) => replanShipment(tx, { shipmentId, ...who })),
  };
}
