import { randomBytes } from "node:crypto";
import type { EventDraft } from "#contracts";
import {
  applyBranches,
  applyCustomers,
  applyPrices,
  applyProducts,
  createOrderIntake,
  createSubmitQueue,
  type SubmitRequest,
  type SubmitResult,
} from "#domains";
import { createEventLog, type EventLog } from "#events";
import { createOrderDesk } from "#experiences";
import {
  createIds,
  createLocalWaker,
  silentLog,
  systemClock,
  turnableClock,
  type Clock,
  type Database,
  type Transaction,
} from "#platform";
import { createEngine, createProcesses, routesOf, type Engine } from "#processes";
import { anAddress, sampleCustomer, samplePrice, sampleProduct } from "#testing";
import { branches, customers, items, type HandledLine } from "./catalog.ts";
import { createModel, type Model } from "./model.ts";
import { createWorld, type World } from "../scenarios/world.ts";

/** One hub node: everything it has is its own, but the database. */
export interface Node {
  readonly number: number;
  readonly database: Database;
  readonly eventLog: EventLog;
  readonly engine: Engine;
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
}

/** One run's worth of business. */
export interface Trade {
  /** To look with, past the nodes. */
  readonly database: Database;
  readonly nodes: readonly Node[];
  readonly world: World;
  readonly now: () => Date;
  /** A second, for all. */
  readonly timeGoesOn: () => Promise<void>;
  /** In the order in which they were acknowledged. */
  readonly orders: Acknowledged[];
  /** What happened, in words. */
  readonly diary: string[];
  /** What was seen on the way that must not be. */
  readonly violations: string[];
  /** What each branch has picked so far of what it was asked for, and what it has said of it. */
  readonly handled: Map<string, readonly HandledLine[]>;
  readonly told: Set<string>;
  /** What left, or was not found, by `item@branch`. */
  readonly gone: Map<string, number>;
  /** What ought to be, where things happen one after the other. */
  readonly model: Model | null;
  /** Of the owner of the stock: grows with everything he says. */
  nextSequence(): number;
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

export function createNode(number: number, database: Database, world: World, clock: Clock): Node {
  const ids = createIds(clock, randomBytes);
  const processes = createProcesses({ systems: world.systems, policies, clock: systemClock });
  const eventLog = createEventLog({ clock, ids, source: "books", routes: routesOf(processes) });
  const intake = createOrderIntake({
    database,
    eventLog,
    ids,
    clock,
    policies: { price: { tolerancePercent: "1", above: "accept", below: "hold" } },
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
    engine,
    desk: createOrderDesk({ database, eventLog, clock, audit, wake: () => {}, queue }),
    async within(work) {
      await database.transaction(async (tx) => eventLog.append(tx, await work(tx)), { retries: 5 });
    },
  };
}

/** Empty books but for reference data. Every node is new: nothing is remembered of the run before. */
export async function openTrade(database: Database, nodeDatabases: readonly Database[]): Promise<Trade> {
  await clearBooks(database);
  await bringReferenceData(database);
  const world = createWorld();
  const clock = turnableClock(new Date("2026-01-05T09:00:00Z"));
  const nodes = nodeDatabases.map((own, index) => createNode(index + 1, own, world, clock));
  const violations: string[] = [];
  let sequence = 0;
  let number = 0;
  world.erp.nextStockSequence = () => String((sequence += 1));
  return {
    database,
    nodes,
    world,
    now: () => clock.now(),
    timeGoesOn: () => clock.advance(1000),
    orders: [],
    diary: [],
    violations,
    handled: new Map(),
    told: new Set(),
    gone: new Map(),
    model: nodes.length === 1 ? createModel(database, world, violations) : null,
    nextSequence: () => (sequence += 1),
    nextNumber: () => (number += 1),
    async rest() {
      // What one finishes may be the other's to go on with.
      for (let round = 0; round < nodes.length; round += 1)
        await Promise.all(nodes.map(({ engine }) => engine.runToRest()));
    },
  };
}

/** Whatever tables there are, but for what the migrations themselves wrote. */
async function clearBooks(database: Database): Promise<void> {
  const [row] = await database.query<{ tables: string }>(
    `select string_agg(format('%I.%I', schemaname, tablename), ', ') as tables from pg_tables
      where schemaname in ('public', 'witness') and tablename not like '%migrations%'`,
  );
  await database.query(`truncate ${row?.tables} restart identity cascade`);
}

export async function bringReferenceData(database: Database): Promise<void> {
  const context = { source, now: new Date("2026-01-05T08:00:00Z") };
  await database.transaction(async (tx) => {
    await applyBranches(
      tx,
      branches.map((branch, rank) => ({
        branch,
        name: branch,
        warehouse: `wms-${branch.toLowerCase()}`,
        address: anAddress(branch),
        sourcingRank: rank,
      })),
    );
    const accounts = Object.entries(customers).map(([customerNumber, different]) =>
      sampleCustomer({ customerNumber, name: customerNumber, ...different }),
    );
    await applyCustomers(tx, accounts, context);
    const skus = Object.entries(items);
    await applyProducts(
      tx,
      skus.map(([sku]) => sampleProduct({ sku, weightLb: "0.5" })),
      context,
    );
    await applyPrices(
      tx,
      skus.map(([sku, unitPrice]) => samplePrice({ sku, unitPrice })),
      context,
    );
  });
}
