import type { EventLog } from "#events";
import { createMovementDesk, createSnapshotDesk, resubmitMovements, type SnapshotDesk } from "#experiences";
import type { Clock, Database, Ids, Log } from "#platform";
import { createSnapshotTaker } from "#processes";
import { createStockFolder, openStockFile, type StockFolderOptions } from "#systems";
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
export function openStockDoors({ configuration, database, eventLog, clock, ids, log }: StockDoorOptions) {
  const sources = stockSources(configuration);
  const branches = configuration.branches.map(({ branch }) => branch);
  const taker = createSnapshotTaker({ database, eventLog, clock, ids, open: openStockFile });
  const movements = createMovementDesk({ database, eventLog, clock, sources });
  const snapshots = createSnapshotDesk({ database, clock, taker, sources, branches });
  return {
    snapshots,
    movements,
    resubmitMovements: resubmitMovements(movements),
    /** The folders that stock files are dropped into; what is being read when the signal comes is left where it is. */
    folders: (signal: AbortSignal) =>
      (configuration.stock?.folders ?? []).map(({ missingPositions = "left-alone", names = ANY_NAME, ...folder }) =>
        createStockFolder({ ...folder, names, missingPositions, ...throughDesk(snapshots), clock, log, signal }),
      ),
  };
}

/** Whatever it is called, if only it ends in a sequence. */
const ANY_NAME = "*{sequence}";

function throughDesk(snapshots: SnapshotDesk): Pick<StockFolderOptions, "take" | "rejects" | "rejectedLines"> {
  return {
    take: async ({ file, ...dropped }, bytes) =>
      (await snapshots.take({ ...dropped, door: "folder", sentBy: file }, bytes)).record,
    rejects: (snapshotId, limit) => snapshots.rejects(snapshotId, { after: -1, limit }),
    rejectedLines: (snapshotId) => linesOf(snapshots, snapshotId),
  };
}

async function* linesOf(snapshots: SnapshotDesk, snapshotId: string): AsyncGenerator<string> {
  const record = await snapshots.read(snapshotId);
  if (record) yield* snapshots.rejectedLines(record);
}
