import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Log } from "../log.ts";
import { preparedBinaries } from "./binaries.ts";
import { openDataFolder, type DataFolder } from "./data-folder.ts";
import {
  choosePort,
  durableSettings,
  ensureDatabase,
  initialise,
  launch,
  othersConnected,
  refuseOtherVersion,
  runningServer,
  shutDown,
  untilAnswering,
  urlFor,
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
  readonly settings?: Readonly<Record<string, string>>;
}

/** Starts or joins the PostgreSQL of a folder, from the binaries npm brought. Errors say in one sentence what to do. */
export async function startEmbeddedPostgres({
  dataDir,
  log,
  settings = {},
}: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const folder = openDataFolder(dataDir);
  return withStartLock(folder.lockFile, async () => {
    const running = runningServer(folder);
    const { pid, port } = running ?? (await start(folder, { ...durableSettings, ...settings }, log));
    await untilAnswering(folder, pid, port);
    await ensureDatabase(folder, port);
    return { url: urlFor(folder, port), pid, joined: running !== null, stop: () => stop(folder) };
  });
}

async function start(
  folder: DataFolder,
  settings: Readonly<Record<string, string>>,
  log?: Log,
): Promise<{ pid: number; port: number }> {
  const native = preparedBinaries(folder.path);
  if (existsSync(join(folder.cluster, "PG_VERSION"))) await refuseOtherVersion(folder, native);
  else await initialise(folder, native);
  const port = await choosePort(folder);
  log?.debug({ port, cluster: folder.cluster }, "Starting the embedded PostgreSQL.");
  return { pid: launch(folder, native, port, settings), port };
}

const stop = (folder: DataFolder): Promise<void> =>
  withStartLock(folder.lockFile, async () => {
    const running = runningServer(folder);
    if (running && !(await othersConnected(folder, running.port))) await shutDown(running.pid);
  });
