import { randomBytes, randomInt } from "node:crypto";
import { hostname } from "node:os";
import {
  applyBranches,
  applyPromisingRules,
  createInbound,
  createOrderIntake,
  createPositionBoard,
  createReferenceBook,
  createStockMemory,
  createSubmitQueue,
  purgeChanges,
  purgeMovements,
  purgeSnapshots,
  isStale,
  readFeeds,
  staleAfter,
  type Resubmit,
  readDropShips,
} from "#domains";
import { createEventLog } from "#events";
import {
  createDeadLetterDesk,
  createHttpServer,
  createOrderDesk,
  createResubmit,
  createShipmentDesk,
  createPromiseDesk,
  createPriceDesk,
  createComparisonDesk,
  createStockDesk,
  createEventDesk,
  createReservationDesk,
  createSystemDesk,
  type KnownSystem,
  type Hub as HttpHub,
  type OrderDesk,
} from "#experiences";
import { createAudit, createLaneSwitches, createTokenGate, ensureAdminToken } from "#governance";
import {
  countExchanges,
  createExchangeRecorder,
  createMetrics,
  gaugeChannels,
  gaugeFeeds,
  gaugeQueues,
  purgeExchanges,
  readStory,
} from "#observability";
import {
  createIds,
  createWaker,
  joinCluster,
  liveNodes,
  openDatabase,
  type Clock,
  type Database,
  type Log,
  type Transaction,
} from "#platform";
import {
  compileAll,
  createEngine,
  createOperators,
  createProcesses,
  createChannelPublisher,
  createReferenceSync,
  createStockComparer,
  routesOf,
  type AtInstant,
  type ChannelPublisher,
  type EngineLanes,
} from "#processes";
import { createOrderFolder, readOrderFile, takeOrders } from "#systems";
import { stalenessRules, type HubConfiguration } from "./configuration.ts";
import { addressOf, listen } from "./address.ts";
import { CHANGES_EVERY_MS, followChanges } from "./follow-changes.ts";
import { createEnding, type Ending } from "./ending.ts";
import { synchroniseFirst } from "./first-reading.ts";
import { intakePolicies } from "./intake-policies.ts";
import { openWebhookDoors } from "./doors.ts";
import { openStockDoors } from "./stock-doors.ts";
import { openStore } from "./store.ts";
import { connectSystems, systemsAtHand, type ConnectedSystem, type SandboxAddress } from "./system-handles.ts";

export * from "./configuration.ts";
export * from "./store.ts";

/** The sandbox beside the hub, however it is run. */
export interface RunningSandbox {
  readonly systems: readonly SandboxAddress[];
  stop(): Promise<void>;
}

export interface HubOptions {
  readonly configuration: HubConfiguration;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly log: Log;
  /** Starts the sandbox, told where its messages are to go; null where the configuration names real systems only. */
  readonly sandbox: ((hubUrl: string) => Promise<RunningSandbox>) | null;
  /** Says in a few words what stands, as it comes to stand. */
  readonly tell?: (label: string, text: string) => void;
  /** For chaos tests: called at the engine's named instants. */
  readonly at?: AtInstant;
}

export interface Hub {
  readonly url: string;
  /** At the very first start only: shown once, kept hashed. */
  readonly adminToken: string | null;
  /** Finishes what is in hand, leaves the rest for the next start, and lets go of everything. */
  stop(): Promise<void>;
}

const VERSION = "0.1.0";
/** Of the three lists the submit queue has under way at most, each writes by one; one of them looks at the orders and at the stock at the same time. */
const INTAKE_CONNECTIONS = 4;
const PURGE_EVERY_MS = 3_600_000;
/** What expired counts as free at once where something is promised; this is how soon those who wait are served from it. */
const EXPIRE_EVERY_MS = 1000;
const DAY_MS = 86_400_000;
const FOLDER_POLL_MS = 500;
/** Large files are copied for longer, and in longer breaths, than orders are: one that rests for so long is taken. */
const STOCK_FOLDER_POLL_MS = 2000;
/** Who has not looked for so long reads everything anew. */
const CHANGES_KEPT_MS = 3_600_000;
/** For so long a movement that comes again is known for a repeat; after that, if its position was stated since, for a late one. */
const MOVEMENTS_KEPT_MS = 30 * DAY_MS;
/** Records of snapshots, with what of them could not be taken. */
const SNAPSHOTS_KEPT_MS = 90 * DAY_MS;

/** Connects all parts and starts them. Where one cannot be started, those that were are stopped again. */
export async function startHub(options: HubOptions): Promise<Hub> {
  const ending = createEnding(options.log);
  try {
    return await assemble(options, ending);
  } catch (error) {
    await ending.run();
    throw error;
  }
}

async function assemble(options: HubOptions, ending: Ending): Promise<Hub> {
  const { configuration, clock, log, tell = () => {} } = options;
  const url = await addressOf(configuration);
  const sandbox = beginSandbox(options, url, ending);
  const ground = await layGround(options, ending);
  const { database, ids, waker } = ground;
  const connected = connect(options, ground, await sandbox);
  const business = await openBusiness(options, ground, connected);
  await synchroniseFirst(business.referenceSync, tell);
  await Promise.all([business.book.load(), business.board.load()]);

  const background = startBackground(options, ground, connected, business);
  ending.add("the background work", background);
  business.engine.start();
  ending.add("the process engine", () => business.engine.stop());

  const server = createHttpServer(httpHub(options, ground, connected, business));
  ending.add("the HTTP server", () => server.close());
  await listen(server, configuration.hub.host, Number(new URL(url).port));
  tell("hub", `${url}  (API described at ${url}/openapi.json)`);
  const adminToken = await ensureAdminToken({ database, clock, ids, randomBytes });
  waker.notify();
  log.info({ url }, "The hub is up.");
  return { url, adminToken, stop: () => ending.run() };
}

/** What everything else stands on: the database, wake-ups, this node's place among the others. */
async function layGround({ configuration, environment, clock, log, tell = () => {} }: HubOptions, ending: Ending) {
  const store = await openStore(configuration, environment, { applicationName: "crossdock", log, maxConnections: 20 });
  ending.add("the database", () => store.close());
  tell("database", store.description);
  const { database, url } = store;
  const intakeDatabase = openDatabase({
    url,
    applicationName: "crossdock-intake",
    maxConnections: INTAKE_CONNECTIONS,
    plans: "by-keys",
    log,
  });
  ending.add("the intake's connections", () => intakeDatabase.close());
  const ids = createIds(clock, randomBytes);
  const waker = await createWaker({ database, channel: "crossdock_work", clock, log });
  ending.add("the wake-ups", () => waker.close());
  const membership = await joinCluster({ database, clock, log, host: hostname(), pid: process.pid, version: VERSION });
  ending.add("this node's membership", () => membership.leave());
  const exchanges = createExchangeRecorder({ database, clock, log });
  const metrics = createMetrics();
  gaugeQueues(metrics, database);
  gaugeChannels(metrics, database);
  const limit = staleAfter(configuration.feeds);
  gaugeFeeds(metrics, database, { clock, isStale: (feed) => isStale(feed, limit, clock.now()) });
  ending.add("the record of exchanges", () => exchanges.flush());
  return {
    database,
    intakeDatabase,
    ids,
    waker,
    membership,
    exchanges,
    metrics,
    record: countExchanges(metrics, exchanges),
  };
}
type Ground = Awaited<ReturnType<typeof layGround>>;

/** The sandbox comes up while the database does. It is ended also where something else failed before it stood. */
function beginSandbox({ sandbox }: HubOptions, url: string, ending: Ending): Promise<RunningSandbox | null> {
  const starting = sandbox ? sandbox(url) : Promise.resolve(null);
  ending.add("the sandbox", async () => (await starting.catch(() => null))?.stop());
  return starting;
}

function connect(options: HubOptions, { record }: Ground, sandbox: RunningSandbox | null): readonly ConnectedSystem[] {
  const { configuration, environment, clock, tell = () => {} } = options;
  const connected = connectSystems(configuration, {
    environment,
    sandbox: sandbox?.systems ?? [],
    clock,
    record,
  });
  tell("systems", connected.map(({ code, connector }) => `${code} (${connector.title})`).join(", "));
  return connected;
}

/** Intake, processes and what keeps reference data: the hub's business, not yet started. */
async function openBusiness(options: HubOptions, ground: Ground, connected: readonly ConnectedSystem[]) {
  const { configuration, clock, log } = options;
  const { database, intakeDatabase, ids, waker, membership } = ground;
  const systems = systemsAtHand(configuration, connected);
  const { timeZone } = intakePolicies(configuration);
  const processes = createProcesses({ systems, policies: { ...configuration.policies, timeZone }, clock });
  const eventLog = createEventLog({ clock, ids, source: "crossdock", routes: routesOf(processes), waker });
  const book = createReferenceBook({ database, clock });
  const board = createPositionBoard({ database, clock, edition: ids.next("brd") });
  const promising = await database.transaction((tx) => applyConfigured(tx, configuration, clock.now()));
  const policies = { ...intakePolicies(configuration), promising };
  const outlook = createStockMemory({ database, clock });
  const intake = createSubmitQueue(
    createOrderIntake({ database: intakeDatabase, eventLog, ids, clock, policies, reference: book, outlook }),
    { clock },
  );
  const engine = createEngine({
    database,
    eventLog,
    processes,
    clock,
    ids,
    random: () => randomInt(2 ** 32) / 2 ** 32,
    node: membership,
    lanes: engineLanes(connected),
    log,
    waker,
    ...(options.at ? { at: options.at } : {}),
  });
  const lanes = new Map(connected.map(({ code, lane }) => [code, lane]));
  const switches = createLaneSwitches({ database, clock, lanes, log });
  const operators = createOperators({ database, eventLog, processes: compileAll(processes), clock, waker });
  const referenceSync = createReferenceSync({ database, eventLog, clock, ids, erp: systems.erp(), log });
  const audit = createAudit(clock);
  const byHand = { database, eventLog, clock, audit, wake: () => waker.notify() };
  const orders = createOrderDesk({ ...byHand, queue: intake });
  const reservations = createReservationDesk({ ...byHand, ids, promising });
  const stock = openStockDoors({ configuration, database, eventLog, clock, ids, log });
  const doors = openWebhookDoors({
    configuration,
    connected,
    database,
    eventLog,
    clock,
    submit: (requests) => orders.submit(requests),
  });
  const inbound = createInbound({
    database,
    clock,
    resubmit: createResubmit({
      webhooks: doors,
      submit: (requests) => orders.submit(requests),
      files: resubmitRows(configuration, orders),
      movements: stock.resubmitMovements,
    }),
    audit,
  });
  return {
    byHand,
    systems,
    promising,
    intake,
    book,
    board,
    outlook,
    policies,
    engine,
    operators,
    referenceSync,
    orders,
    reservations,
    doors,
    inbound,
    switches,
    stock,
  };
}

/** Our branches, and the rules by which stock is promised, as they are configured. */
async function applyConfigured(tx: Transaction, { branches, promising = {} }: HubConfiguration, now: Date) {
  const ranked = branches.map(({ sourcingRank = 100, ...branch }) => ({ ...branch, sourcingRank }));
  await applyBranches(tx, ranked);
  return applyPromisingRules(
    tx,
    promising,
    ranked.map(({ name: _name, warehouse: _warehouse, ...branch }) => branch),
    now,
  );
}
type Business = Awaited<ReturnType<typeof openBusiness>>;

function engineLanes(connected: readonly ConnectedSystem[]): EngineLanes {
  const lanes = new Map(connected.map(({ code, lane }) => [code, lane]));
  return {
    // A system that left the configuration has no way to it; its commands wait, and are seen to wait.
    capacity: (code) => lanes.get(code)?.capacity() ?? 0,
    inUse: (code) => lanes.get(code)?.status().inUse ?? 0,
    close: (code, reason) => lanes.get(code)?.close(reason),
  };
}

/** Work that goes on by itself; answers how to end it. */
function startBackground(
  options: HubOptions,
  ground: Ground,
  connected: readonly ConnectedSystem[],
  business: Business,
): () => Promise<void> {
  const { configuration, clock, log } = options;
  const { database, membership } = ground;
  const stopping = new AbortController();
  const { signal } = stopping;
  const again = async (what: string, everyMs: number, once: () => Promise<unknown>): Promise<void> => {
    while (!signal.aborted) {
      await clock.sleep(everyMs, signal);
      if (!signal.aborted)
        await once().catch((error: unknown) => log.warn({ err: error }, `${what} failed; it is tried again.`));
    }
  };
  /** One node speaks to the ERP for all: the eldest. */
  const isEldest = async () => (await liveNodes(database))[0] === membership.number();
  const running = [
    again("Reading reference data", configuration.feeds.everyMs, async () => {
      if (await isEldest()) await business.referenceSync.synchronise(signal);
      await Promise.all([business.book.refresh(), business.board.refresh()]);
    }),
    followChanges(business, options, signal),
    again("Reading what stock changed", CHANGES_EVERY_MS, () => business.outlook.refresh()),
    again("Forgetting old changes", PURGE_EVERY_MS, async () => {
      const before = new Date(clock.now().getTime() - CHANGES_KEPT_MS);
      await purgeChanges(database, "position_changes", before);
      await purgeChanges(database, "reference_changes", before);
    }),
    again("Forgetting old snapshots of stock", PURGE_EVERY_MS, async () => {
      if (await isEldest()) await purgeSnapshots(database, new Date(clock.now().getTime() - SNAPSHOTS_KEPT_MS));
    }),
    again("Forgetting old stock movements", PURGE_EVERY_MS, async () => {
      if (await isEldest()) await purgeMovements(database, new Date(clock.now().getTime() - MOVEMENTS_KEPT_MS));
    }),
    ...publishersOf(options, ground, connected, business).map(({ publish }) =>
      again("Telling a channel what is available", CHANGES_EVERY_MS, async () => {
        if (await isEldest()) await publish(signal);
      }),
    ),
    again("Giving back expired reservations", EXPIRE_EVERY_MS, async () => {
      if (await isEldest()) await business.reservations.expire();
    }),
    again("Sharing lanes and database with the other nodes", 1000, async () => {
      const nodes = Math.max(1, (await liveNodes(database)).length);
      for (const { lane } of connected) lane.setShare(1 / nodes);
      business.intake.shareAmong(nodes);
    }),
    business.switches.run(signal),
    again("Forgetting old exchanges", PURGE_EVERY_MS, () =>
      purgeExchanges(
        database,
        new Date(clock.now().getTime() - configuration.policies.retention.exchangesDays * DAY_MS),
        signal,
      ),
    ),
    ...business.stock.folders(signal).map(({ sweep }) =>
      again("Looking through a folder of stock files", STOCK_FOLDER_POLL_MS, async () => {
        if (await isEldest()) await sweep();
      }),
    ),
    ...configuration.channels.flatMap(({ code, folder }) =>
      folder ? [watch(folder, code, options, business).run(signal)] : [],
    ),
  ];
  return async () => {
    stopping.abort();
    await Promise.all(running);
    await business.intake.drained();
  };
}

/** Who tells the channels what is available, one for each channel that can be told. */
function publishersOf(
  { configuration, clock, log }: HubOptions,
  { database }: Ground,
  connected: readonly ConnectedSystem[],
  { systems, promising }: Business,
): readonly ChannelPublisher[] {
  const lanes = new Map(connected.map(({ code, lane }) => [code, lane]));
  return configuration.channels.flatMap(({ code: channel, staleness }) => {
    const storefront = systems.storefrontOf(channel);
    const lane = storefront && lanes.get(storefront.code);
    if (!storefront || !lane) return [];
    return createChannelPublisher({ database, clock, log, channel, storefront, lane, promising, staleness }) ?? [];
  });
}

function watch(
  folder: string,
  channel: string,
  { configuration, clock, log }: HubOptions,
  { orders, inbound }: Business,
) {
  return createOrderFolder({
    folder,
    channel,
    currency: configuration.hub.currency,
    intake: { submit: (requests) => orders.submit(requests) },
    keep: (rows) => inbound.keep({ door: "files", ...rows }),
    clock,
    log,
    pollMs: FOLDER_POLL_MS,
  });
}

/** Rows of an order file that a person mended, read and taken like those of a file. */
function resubmitRows({ hub }: HubConfiguration, orders: OrderDesk): Resubmit {
  return async ({ channel, receivedAt }, body) => {
    const file = readOrderFile(body, { channel: channel ?? "files", currency: hub.currency, writtenAt: receivedAt });
    const taken = await takeOrders(file.orders, { submit: (requests) => orders.submit(requests) });
    const faults = [...file.faults, ...taken.flatMap((order) => order.faults)];
    const isTaken = faults.length === 0 && taken.every(({ outcome }) => outcome === "accepted" || outcome === "held");
    if (isTaken)
      return { taken: true, result: taken.map(({ salesOrderNumber, outcome }) => ({ salesOrderNumber, outcome })) };
    return { taken: false, explanation: "The rows cannot be taken yet.", faults };
  };
}

const knownSystems = (
  { channels }: HubConfiguration,
  connected: readonly ConnectedSystem[],
): ReadonlyMap<string, KnownSystem> =>
  new Map(
    connected.map(({ code, lane, connector: { title, kind } }) => {
      const told = channels.filter(({ storefront }) => storefront === code).map((channel) => channel.code);
      return [code, { lane, title, kind, channels: told }];
    }),
  );

function httpHub(
  options: HubOptions,
  ground: Ground,
  connected: readonly ConnectedSystem[],
  business: Business,
): HttpHub {
  const { clock, log } = options;
  const { database, ids, waker } = ground;
  const { operators, orders, reservations, doors, inbound, switches, board, book, policies, promising } = business;
  const staleness = stalenessRules(options.configuration);
  const systems = knownSystems(options.configuration, connected);
  const limit = staleAfter(options.configuration.feeds);
  return {
    version: VERSION,
    clock,
    ids,
    log,
    metrics: ground.metrics,
    gate: createTokenGate({ database, clock }),
    orders,
    reservations,
    shipments: createShipmentDesk(business.byHand),
    events: createEventDesk(database, waker),
    inbound,
    deadLetters: createDeadLetterDesk(operators, inbound),
    systems: createSystemDesk({ database, clock, systems, switches, staleAfter: limit }),
    stock: createComparisonDesk(
      createStockComparer({ database, eventLog: business.byHand.eventLog, clock, ids, erp: business.systems.erp() }),
      business.byHand.audit,
    ),
    snapshots: business.stock.snapshots,
    movements: business.stock.movements,
    webhooks: doors,
    dropShips: (supplier) => readDropShips(database, supplier),
    story: (any) => readStory(database, any, new Map([...systems].map(([code, { lane }]) => [code, lane.status()]))),
    availability: createStockDesk({ board, book, clock, reserves: promising.reserves, staleness, staleAfter: limit })
      .availability,
    availableToPromise: createPromiseDesk({ board, book, clock, promising, staleAfter: limit }).availableToPromise,
    prices: createPriceDesk({ book, clock, timeZone: policies.timeZone, staleAfter: limit }).prices,
    readiness: () => readiness(database),
  };
}

async function readiness(database: Database) {
  const feeds = await readFeeds(database);
  const unread = feeds.filter(({ readAt }) => readAt === null).map(({ entity }) => entity);
  return [
    { check: "database", isReady: true, explanation: "The database answers." },
    {
      check: "reference-data",
      isReady: feeds.length > 0 && unread.length === 0,
      explanation:
        unread.length === 0
          ? "Customers, products, prices and stock were read."
          : `Never read yet: ${unread.join(", ")}.`,
    },
  ];
}
