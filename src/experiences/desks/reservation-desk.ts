import {
  expireReservations,
  extendReservations,
  fillBackorders,
  readReservations,
  releaseReservations,
  reserve,
  type Position,
  type PromisingPlan,
} from "#domains";
import type { EventLog } from "#events";
import type { Clock, Database, Ids } from "#platform";
import type { ReservationDesk } from "../hub.ts";

export interface ReservationDeskOptions {
  readonly database: Database;
  readonly eventLog: Pick<EventLog, "append">;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly promising: PromisingPlan;
  readonly wake: () => void;
}

const RETRIES = 5;

/** Reservations as the API serves them, and the pass that ends those whose time is over. */
export function createReservationDesk(
  options: ReservationDeskOptions,
): ReservationDesk & { readonly expire: () => Promise<void> } {
  const { database, eventLog, clock, ids, promising, wake } = options;

  /** In a transaction of its own: it locks orders before positions. */
  async function serveWaiting(freed: readonly Position[]): Promise<void> {
    if (freed.length === 0) return;
    await database.transaction(async (tx) => eventLog.append(tx, await fillBackorders(tx, freed)), {
      retries: RETRIES,
    });
    wake();
  }

  return {
    reserve: (requests) =>
      database.transaction((tx) => reserve(tx, requests, { ids, promising, now: clock.now() }), { retries: RETRIES }),
    read: async (reservationId) => (await readReservations(database, [reservationId], clock.now()))[0] ?? null,
    extend: async (reservationId, minutes) => {
      const [extended] = await database.transaction(
        (tx) => extendReservations(tx, [reservationId], minutes, clock.now()),
        { retries: RETRIES },
      );
      return extended ?? null;
    },
    async release(reservationId) {
      const release = database.transaction((tx) => releaseReservations(tx, [reservationId], clock.now()), {
        retries: RETRIES,
      });
      await serveWaiting(await release);
    },
    async expire() {
      await serveWaiting(await database.transaction((tx) => expireReservations(tx, clock.now()), { retries: RETRIES }));
    },
  };
}
