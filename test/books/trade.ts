import { randomBytes } from "node:crypto";
import type { EventDraft } from "#contracts";
import {
  applyBranches,
  applyCustomers,
  applyPrices,
  applyProducts,
  applyPromisingRules,
  createOrderIntake,
  createSubmitQueue,
  type PromisingPlan,
  type SubmitRequest,
  type SubmitResult,
} from "#domains";
import { createEventLog, type EventLog } from "#events";
import { createOrderDesk, createReservationDesk } from "#experiences";
import {
  createIds,
  createLocalWaker,
  silentLog,
  systemClock,
  turnableClock,
  type Clock,
  type Database,
  type Ids,
  type Transaction,
} from "#platform";
import { createEngine, createProcesses, routesOf, type Engine } from "#processes";
import { anAddress, sampleCustomer, samplePrice, sampleProduct } from "#testing";
import type { Cart } from "./carts.ts";
import { branches, customers, items, kits, partsOf, priceOf, traits, type HandledLine, type Sold } from "./catalog.ts";
import { plainHouse, type House } from "./house.ts";
import { createModel, type Model } from "./model.ts";
import { createOwner, type Owner } from "./owner.ts";
import { stubbornOutlook } from "./stubborn.ts";
import { createWorld, type World } from "../scenarios/world.ts";

/** One hub node: everything it has is its own, but the database. */
export interface Node {
  readonly number: number;
  readonly database: Database;
  readonly eventLog: EventLog;
  readonly ids: Ids;
  readonly engine: Engine;
  /** Carts and quotes. */
  readonly carts: ReturnType<typeof createReservationDesk>;
  readonly desk: ReturnType<typeof createOrderDesk>;
  /** Writes what is told in one transaction, as the doors do. */
  within(work: (tx: Transaction) => Promise<readonly EventDraft[]>): Promise<void>;
}

/** An order somebody was told of that it is taken. */
export interface Acknowledged {
  /** As the diary calls it. */
  readonly name: string;
  readonly request: SubmitRequest;
  readonly outcome: SubmitResult["outcome"];
  readonly salesOrderId: string;
  /** What was decided of each line, and stays so whatever becomes of the goods. */
  readonly lines: readonly string[];
}

/** A line as it was decided: what is sold, how much, at which price, in whose place, as part of what. */
export const decidedLine = (line: {
  readonly lineNumber: number;
  readonly sku: string;
  readonly quantityOrdered: string;
  readonly unitPrice: string;
  readonly substitutedFor?: string | null;
  readonly kitLineNumber?: number | null;
}): string =>
  `${line.lineNumber}: ${Number(line.quantityOrdered)} ${line.sku} at ${Number(line.unitPrice)}` +
  (line.substitutedFor ? ` for ${line.substitutedFor}` : "") +
  (line.kitLineNumber ? ` in the kit of line ${line.kitLineNumber}` : "");

export const acknowledged = (
  name: string,
  request: SubmitRequest,
  outcome: SubmitResult["outcome"],
  { salesOrderId, lines }: NonNullable<SubmitResult["salesOrder"]>,
): Acknowledged => ({ name, request, outcome, salesOrderId, lines: lines.map(decidedLine) });

/** One run's worth of business. */
export interface Trade {
  /** To look with, past the nodes. */
  readonly database: Database;
  readonly nodes: readonly Node[];
  readonly world: World;
  readonly house: House;
  readonly owner: Owner;
  readonly now: () => Date;
  /** For all; a second, where not said. */
  readonly timeGoesOn: (ms?: number) => Promise<void>;
  /** In the order in which they were acknowledged. */
  readonly orders: Acknowledged[];
  readonly carts: Cart[];
  /** What happened, in words. */
  readonly diary: string[];
  /** What was seen on the way that must not be. */
  readonly violations: string[];
  /** What each branch has picked so far of what it was asked for, and what it has said of it. */
  readonly handled: Map<string, readonly HandledLine[]>;
  readonly told: Set<string>;
  /** What ought to be, where things happen one after the other. */
  readonly model: Model | null;
  nextNumber(): number;
  /** Until no node has anything to do. */
  rest(): Promise<void>;
}

const source = "erp";
const policies = {
  shipping: { ltlFromWeightLb: "150", quoteDeadlineMs: 200, transitDaysMax: 5 },
  tax: { estimatedRatePercent: "7" },
  freight: { billed: "as-quoted" as const },
};
const LIST_MAX = 40;

export function createNode(
  number: number,
  database: Database,
  world: World,
  clock: Clock,
  promising: PromisingPlan,
): Node {
  const ids = createIds(clock, randomBytes);
  const processes = createProcesses({ systems: world.systems, policies, clock: systemClock });
  const eventLog = createEventLog({ clock, ids, source: "books", routes: routesOf(processes) });
  const intake = createOrderIntake({
    database,
    eventLog,
    ids,
    clock,
    policies: { price: { tolerancePercent: "1", above: "accept", below: "hold" }, promising },
    // The second sees the stock as it was long ago.
    ...(number === 1 ? {} : { outlook: stubbornOutlook() }),
  });
  const queue = createSubmitQueue(intake, { clock: systemClock, listMax: LIST_MAX });
  const patientClock = {
    now: () => clock.now(),
    sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(Math.min(ms, 5), signal),
  };
  const engine = createEngine({
    database,
    eventLog,
    processes,
    clock: patientClock,
    ids,
    random: () => 0.5,
    lanes: { capacity: (code) => (world.isUp(code) ? 10 : 0) },
    node: { number: () => number },
    log: silentLog,
    waker: createLocalWaker(patientClock),
  });
  const audit = () => Promise.resolve();
  return {
    number,
    database,
    eventLog,
    ids,
    engine,
    carts: createReservationDesk({ database, eventLog, clock, ids, promising, wake: () => {} }),
    desk: createOrderDesk({ database, eventLog, clock, audit, wake: () => {}, queue }),
    async within(work) {
      await database.transaction(async (tx) => eventLog.append(tx, await work(tx)), { retries: 5 });
    },
  };
}

/** Empty books but for reference data. Every node is new: nothing is remembered of the run before. */
export async function openTrade(
  database: Database,
  nodeDatabases: readonly Database[],
  house: House = plainHouse,
): Promise<Trade> {
  await clearBooks(database);
  const promising = await bringReferenceData(database, house);
  const world = createWorld();
  const clock = turnableClock(new Date("2026-01-05T09:00:00Z"));
  const now = () => clock.now();
  const nodes = nodeDatabases.map((own, index) => createNode(index + 1, own, world, clock, promising));
  const violations: string[] = [];
  const carts: Cart[] = [];
  const owner = createOwner(now);
  let number = 0;
  world.erp.nextStockSequence = () => owner.posts(invoiced(world));
  return {
    database,
    nodes,
    world,
    house,
    owner,
    now,
    timeGoesOn: (ms = 1000) => clock.advance(ms),
    orders: [],
    carts,
    diary: [house.words],
    violations,
    handled: new Map(),
    told: new Set(),
    model: nodes.length === 1 ? createModel({ database, world, owner, house, carts, now, violations }) : null,
    nextNumber: () => (number += 1),
    async rest() {
      // What one finishes may be the other's to go on with.
      for (let round = 0; round < nodes.length; round += 1)
        await Promise.all(nodes.map(({ engine }) => engine.runToRest()));
    },
  };
}

/** What the ERP takes off its books for the invoice it is posting. */
function invoiced({ erp }: World): Parameters<Owner["posts"]>[0] {
  const invoice = erp.invoices.at(-1);
  if (!invoice) throw new Error("Nothing is being invoiced.");
  const { goods, shipmentReference: reference } = invoice;
  return goods.lines.map(({ sku, quantity }) => ({
    sku,
    branch: goods.branch,
    quantity: -Number(quantity),
    kind: "issue" as const,
    reference,
  }));
}

/** Whatever tables there are, but for what the migrations themselves wrote. */
async function clearBooks(database: Database): Promise<void> {
  const [row] = await database.query<{ tables: string }>(
    `select string_agg(format('%I.%I', schemaname, tablename), ', ') as tables from pg_tables
      where schemaname in ('public', 'witness') and tablename not like '%migrations%'`,
  );
  await database.query(`truncate ${row?.tables} restart identity cascade`);
}

export async function bringReferenceData(database: Database, { rules }: House): Promise<PromisingPlan> {
  const context = { source, now: new Date("2026-01-05T08:00:00Z") };
  const places = branches.map((branch, rank) => ({ branch, address: anAddress(branch), sourcingRank: rank }));
  return database.transaction(async (tx) => {
    await applyBranches(
      tx,
      places.map((place) => ({ ...place, name: place.branch, warehouse: `wms-${place.branch.toLowerCase()}` })),
    );
    const accounts = Object.entries(customers).map(([customerNumber, different]) =>
      sampleCustomer({ customerNumber, name: customerNumber, ...different }),
    );
    await applyCustomers(tx, accounts, context);
    const skus = [...Object.keys(items), ...Object.keys(kits)] as Sold[];
    const sold = skus.map((sku) => sampleProduct({ sku, weightLb: "0.5", ...madeOf(sku), ...traits[sku] }));
    await applyProducts(tx, sold, context);
    const prices = skus.map((sku) => samplePrice({ sku, unitPrice: priceOf(sku) }));
    await applyPrices(tx, prices, context);
    return applyPromisingRules(tx, rules, places, context.now);
  });
}

const madeOf = (sku: Sold) =>
  Object.hasOwn(kits, sku)
    ? { kitComponents: partsOf(sku).map((part) => ({ sku: part.sku, quantity: String(part.quantity) })) }
    : {};
