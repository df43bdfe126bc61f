import { randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { createEventLog } from "#events";
import { createIds, openDatabase, systemClock } from "#platform";
import { takeStockSnapshot, type SnapshotResult } from "#processes";
import { readStockLines } from "#systems";

/** What the process that takes snapshots is asked for, from a file as a door delivers it. It lives through all rounds, as a hub does. */
export interface TakerTask {
  readonly url: string;
  readonly file: string;
  readonly sequence: string;
}
export interface TakerSays {
  readonly result: SnapshotResult;
  readonly seconds: number;
  /** The most memory the whole process ever had, that of Node itself included. */
  readonly memoryBytes: number;
  readonly cpuMs: number;
}

async function take({ url, file, sequence }: TakerTask): Promise<TakerSays> {
  const database = openDatabase({ url, maxConnections: 4 });
  const ids = createIds(systemClock, randomBytes);
  const eventLog = createEventLog({ ids, clock: systemClock, source: "bench", routes: [] });
  const cpuBefore = process.cpuUsage();
  const begun = performance.now();
  const result = await takeStockSnapshot(
    { database, eventLog, clock: systemClock, ids, missingPositions: "left-alone" },
    { source: "erp", branches: null, sequence, asOf: new Date() },
    readStockLines(createReadStream(file)),
  );
  const seconds = (performance.now() - begun) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  await database.close();
  const memoryBytes = process.resourceUsage().maxRSS * 1024;
  return { result, seconds, memoryBytes, cpuMs: (user + system) / 1000 };
}

process.on("message", (task: TakerTask) => {
  take(task).then(
    (says) => process.send?.(says),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
