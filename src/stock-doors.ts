import type { EventLog } from "#events";
import { createMovementDesk, createSnapshotDesk, resubmitMovements } from "#experiences";
import type { Clock, Database, Ids, Log } from "#platform";
import { createSnapshotTaker } from "#processes";
import { openStockFile } from "#systems";
import { stockSources, type HubConfiguration } from "./configuration.ts";

interface StockDoorOptions {
  readonly configuration: HubConfiguration;
  readonly database: Database;
  readonly eventLog: EventLog;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
}

/** Where statements of stock and movements come in that we do not fetch ourselves. */
export function openStockDoors({ configuration, database, eventLog, clock, ids }: StockDoorOptions) {
  const sources = stockSources(configuration);
  const branches = configuration.branches.map(({ branch }) => branch);
  const taker = createSnapshotTaker({ database, eventLog, clock, ids, open: openStockFile });
  const movements = createMovementDesk({ database, eventLog, clock, sources });
  return {
    snapshots: createSnapshotDesk({ database, clock, taker, sources, branches }),
    movements,
    resubmitMovements: resubmitMovements(movements),
  };
}
