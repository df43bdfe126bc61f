import { randomBytes } from "node:crypto";
import {
  createOrderIntake,
  createReferenceBook,
  createStockMemory,
  createSubmitQueue,
  type IntakePolicies,
  type SubmitRequest,
  type SubmitResult,
} from "#domains";
import { createEventLog } from "#events";
import { createHttpServer, type Hub } from "#experiences";
import { createTokenGate } from "#governance";
import { createMetrics } from "#observability";
import {
  createIds,
  joinCluster,
  liveNodes,
  openDatabase,
  silentLog,
  systemClock as clock,
  type Database,
} from "#platform";
import { drawnProcesses, routesOf } from "#processes";
import { absentHub } from "../absent-hub.ts";
import { createBareServer } from "./bare.ts";
import { createStraightforwardIntake } from "./straightforward.ts";

/** One hub node with nothing but its front door and an intake behind it, in a process of its own. */
export interface ServerTask {
  readonly url: string;
  readonly way: "crossdock" | "straightforward" | "bare";
}
export type ServerSays =
  { readonly is: "listening"; readonly port: number } | { readonly is: "cpu"; readonly ms: number };

const policies: IntakePolicies = { price: { tolerancePercent: "1", above: "accept", below: "hold" } };
const ids = createIds(clock, randomBytes);

/** The facts of the processes are laid into their inbox as in production; nobody works through them here. */
const eventLog = createEventLog({ clock, ids, source: "crossdock", routes: routesOf(drawnProcesses()) });

/** As main.ts does. */
const MEMORY_EVERY_MS = 200;
const SHARE_EVERY_MS = 1_000;

type Submit = (requests: readonly SubmitRequest[]) => Promise<readonly SubmitResult[]>;

/** As main.ts does: the intake's statements are given keys. */
const openDatabases = (url: string) => ({
  database: openDatabase({ url, maxConnections: 10 }),
  intakeDatabase: openDatabase({ url, maxConnections: 4, plans: "by-keys" }),
});
type Databases = ReturnType<typeof openDatabases>;

interface OpenIntake {
  readonly submit: Submit;
  close(): Promise<void>;
}

async function intakeOf(way: ServerTask["way"], { database, intakeDatabase }: Databases): Promise<OpenIntake> {
  if (way === "straightforward") {
    const submitOne = createStraightforwardIntake({ database, eventLog, ids, clock, policies });
    return { submit: (requests) => Promise.all(requests.map(submitOne)), close: async () => {} };
  }
  const reference = createReferenceBook({ database, clock });
  const outlook = createStockMemory({ database, clock });
  await reference.load();
  await outlook.refresh();
  const again = setInterval(() => {
    // Fails once, when the database is closed under it at the end.
    void Promise.all([reference.refresh(), outlook.refresh()]).catch(() => clearInterval(again));
  }, MEMORY_EVERY_MS);
  const intake = createOrderIntake({ database: intakeDatabase, eventLog, ids, clock, policies, reference, outlook });
  const queue = createSubmitQueue(intake, { clock });
  const membership = await joinCluster({ database, clock, host: "bench", pid: process.pid, version: "bench" });
  const share = async () => queue.shareAmong((await liveNodes(database)).length);
  const sharing = setInterval(() => void share().catch(() => clearInterval(sharing)), SHARE_EVERY_MS);
  const close = () => {
    clearInterval(sharing);
    return membership.leave();
  };
  return { submit: (requests) => queue.submit(requests), close };
}

const hubOf = (database: Database, submit: Submit): Hub => ({
  version: "bench",
  clock,
  ids,
  log: silentLog,
  metrics: createMetrics(),
  gate: createTokenGate({ database, clock }),
  ...absentHub,
  orders: { ...absentHub.orders, submit },
});

async function serve({ url, way }: ServerTask): Promise<void> {
  const databases = openDatabases(url);
  const { database, intakeDatabase } = databases;
  const intake = way === "bare" ? null : await intakeOf(way, databases);
  const server = intake ? createHttpServer(hubOf(database, intake.submit)) : await createBareServer(database, ids);
  await server.listen({ host: "127.0.0.1", port: 0 });
  const address = server.server.address();
  process.send?.({
    is: "listening",
    port: typeof address === "object" && address ? address.port : 0,
  } satisfies ServerSays);
  process.on("message", (ask: "cpu" | "stop") => {
    const { user, system } = process.cpuUsage();
    if (ask === "cpu") process.send?.({ is: "cpu", ms: (user + system) / 1_000 } satisfies ServerSays);
    else
      void server
        .close()
        .then(() => intake?.close())
        .then(() => Promise.all([database.close(), intakeDatabase.close()]))
        .then(() => process.disconnect());
  });
}

process.once("message", (task: ServerTask) => {
  serve(task).catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
});
