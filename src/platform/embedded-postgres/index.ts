import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Log } from "../log.ts";
import { preparedBinaries } from "./binaries.ts";
import { locateData, openDataFolder, type DataFolder } from "./data-folder.ts";
import { runningServer } from "./postmaster-file.ts";
import { isAlive } from "./processes.ts";
import {
  choosePort,
  durableSettings,
  ensureDatabase,
  initialise,
  launch,
  listenToLog,
  othersConnected,
  refuseOtherVersion,
  shutDown,
  untilAnswering,
  urlFor,
  type Settings,
} from "./server.ts";
import { withStartLock } from "./start-lock.ts";

export interface EmbeddedPostgres {
  readonly url: string;
  readonly pid: number;
  /** Whether it ran already: started by another hub on the same folder, or left over from one that was killed. */
  readonly joined: boolean;
  /** The last one who lets go stops the server. */
  stop(): Promise<void>;
}

interface EmbeddedOptions {
  readonly dataDir: string;
  readonly log?: Log;
  /** On top of the durable ones; tests turn durability off. */
  readonly settings?: Settings;
}

const START_ATTEMPTS = 3;
const START_AGAIN_MS = 200;
/** A backend in the middle of a long computation does not notice at once that its postmaster was killed. */
const HELD_WAIT_MS = 20_000;

/** Starts or joins the PostgreSQL of a folder, from the binaries npm brought. Errors say in one sentence what to do. */
export async function startEmbeddedPostgres({
  dataDir,
  log,
  settings = {},
}: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const { path, lockFile } = locateData(dataDir);
  return withStartLock(lockFile, async () => {
    const folder = openDataFolder(path);
    const joined = await joinRunning(folder);
    const { pid, port } = joined ?? (await start(folder, { ...durableSettings, ...settings }, log));
    await ensureDatabase(folder, port);
    return { url: urlFor(folder, port), pid, joined: joined !== null, stop: () => stop(folder, pid) };
  });
}

interface Running {
  readonly pid: number;
  readonly port: number;
}

/** Null where none runs, or where the one that did ends just now. */
async function joinRunning(folder: DataFolder): Promise<Running | null> {
  const running = runningServer(folder);
  if (!running) return null;
  try {
    await untilAnswering(folder, running.pid, running.port);
    return running;
  } catch (error) {
    if (isAlive(running.pid)) throw error;
    return null;
  }
}

async function start(folder: DataFolder, settings: Settings, log?: Log): Promise<Running> {
  const native = preparedBinaries(folder.path);
  if (existsSync(join(folder.cluster, "PG_VERSION"))) await refuseOtherVersion(folder, native);
  else await initialise(folder, native, settings);
  const heldUntil = performance.now() + HELD_WAIT_MS;
  for (let attempt = 1; ; attempt += 1) {
    const hearLastWords = listenToLog(folder);
    const port = await choosePort(folder);
    log?.debug({ port, cluster: folder.cluster }, "Starting the embedded PostgreSQL.");
    const pid = await launch(folder, native, port, settings);
    try {
      await untilAnswering(folder, pid, port);
      return { pid, port };
    } catch (error) {
      const hasEnded = !isAlive(pid);
      await shutDown(pid);
      // It ends at once where its port was just taken, or where backends of a postmaster that was killed still hold its memory.
      const isHeld = hearLastWords().includes("shared memory block");
      const isWorthAnother = isHeld ? performance.now() < heldUntil : attempt < START_ATTEMPTS;
      if (!hasEnded || !isWorthAnother) throw error;
      await pause(START_AGAIN_MS);
    }
  }
}

async function stop(folder: DataFolder, pid: number): Promise<void> {
  // Somebody deleted the data under the running server: there is nothing left to protect, or to find it by.
  if (!existsSync(folder.path)) return shutDown(pid);
  await withStartLock(folder.lockFile, async () => {
    const running = runningServer(folder);
    if (running && !(await othersConnected(folder, running.port))) await shutDown(running.pid);
  });
}
