import { randomBytes } from "node:crypto";
import {
  createOrderIntake,
  createSubmitQueue,
  readPromisingPlan,
  reserve,
  type ReservationRequest,
  type SubmitRequest,
} from "#domains";
import type { Reservation, SalesOrder } from "#contracts";
import { createEventLog } from "#events";
import { createIds, openDatabase, systemClock, type Database } from "#platform";
import { unhurried } from "./unhurried.ts";

/**
 * The part of a hub that takes orders, as a process of its own, to be killed. It dies with its parent, and by its own hand, with SIGKILL, when a
 * transaction has written everything and has yet to commit, if it was told to at the nth.
 */
export interface MortalOrder {
  readonly databaseUrl: string;
  readonly diesBeforeCommit: number | null;
}
export type Question = { readonly id: number } & (
  { readonly request: SubmitRequest } | { readonly cart: ReservationRequest }
);
/** What it answered; without `outcome` it could not say. */
export interface Answer {
  readonly id: number;
  readonly outcome?: string;
  readonly repeat?: boolean;
  readonly salesOrder?: SalesOrder;
  readonly reservation?: Reservation;
  readonly trouble?: string;
}

const order: MortalOrder = JSON.parse(process.argv[2] ?? "{}");
const die = () => process.kill(process.pid, "SIGKILL");
process.on("disconnect", die);

/** Between the last statement and the commit there is time to die. */
function mortal(database: Database): Database {
  let commits = 0;
  return {
    ...database,
    transaction: (work, options) =>
      database.transaction(async (tx) => {
        const result = await work(tx);
        commits += 1;
        if (commits === order.diesBeforeCommit) {
          await systemClock.sleep(LAST_WORDS_MS);
          die();
        }
        return result;
      }, options),
    // All of it is on its way by then: it is committed, and nobody is told.
    atOnce: (work, options) =>
      database.atOnce(async (tx) => {
        const result = await work(tx);
        commits += 1;
        if (commits === order.diesBeforeCommit) {
          tx.send("select pg_sleep($1)", [(2 * LAST_WORDS_MS) / 1_000]);
          setTimeout(die, LAST_WORDS_MS);
        }
        return result;
      }, options),
  };
}
/** Long enough for an answer that does not wait for its commit to reach the parent. */
const LAST_WORDS_MS = 30;

const database = mortal(
  unhurried(openDatabase({ url: order.databaseUrl, maxConnections: 4, applicationName: "mortal" }), Math.random),
);
const ids = createIds(systemClock, randomBytes);
const eventLog = createEventLog({ clock: systemClock, ids, source: "books", routes: [] });
const promising = await readPromisingPlan(database);
const policies = { price: { tolerancePercent: "1", above: "accept", below: "hold" }, promising } as const;
const intake = createOrderIntake({ database, eventLog, ids, clock: systemClock, policies });
const queue = createSubmitQueue(intake, { clock: systemClock, listMax: 20 });

const answered = (answer: Answer) => process.send?.(answer);

async function answer(question: Question): Promise<Omit<Answer, "id">> {
  if ("request" in question) {
    const [result] = await queue.submit([question.request]);
    if (!result) throw new Error("No answer.");
    const { outcome, repeat, salesOrder } = result;
    return { outcome, repeat, ...(salesOrder && { salesOrder }) };
  }
  const [result] = await database.transaction(
    (tx) => reserve(tx, [question.cart], { ids, promising, now: systemClock.now() }),
    { retries: 5 },
  );
  if (!result) throw new Error("The cart was not answered.");
  return { outcome: result.outcome, ...("reservation" in result && { reservation: result.reservation }) };
}

process.on("message", (question: Question) => {
  answer(question).then(
    (told) => answered({ id: question.id, ...told }),
    (error: Error) => answered({ id: question.id, trouble: error.message }),
  );
});
process.send?.("up");
