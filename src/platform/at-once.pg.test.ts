import { testDatabase } from "#testing";
import { describe, expect, it } from "vitest";
import { copyRows } from "./copy-in.ts";
import { isConnectionLoss, openDatabase, type Database, type Transaction } from "./database.ts";

const database = await testDatabase();
await database.query("create table notes (id int primary key, note text)");

interface Note {
  readonly id: number;
  readonly note: string;
}
const notes = copyRows<Note>("notes", { id: ({ id }) => id, note: ({ note }) => note });
const insert = { name: "insert-note", text: "insert into notes values ($1, $2) returning id, note" };
const idsOf = async (): Promise<number[]> =>
  (await database.query<Note>("select id from notes order by id")).map(({ id }) => id);
const failureOf = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error);

/** By one connection, so that what a failure leaves on it is met by the next. */
async function onOneConnection(work: (one: Database) => Promise<void>): Promise<void> {
  const one = openDatabase({ url: database.url, maxConnections: 1 });
  await one.query("truncate notes");
  try {
    await work(one);
  } finally {
    await one.close();
  }
}

/** Four statements of three kinds, of which one cannot be done. */
const fourOf = (from: number, broken?: number) => async (tx: Transaction) => {
  const noteAt = (place: number) => (place === broken ? 1 : from + place);
  tx.send(insert, [noteAt(0), "sent"]);
  tx.copy(notes, [{ id: noteAt(1), note: "copied" }]);
  const asked = tx.query<Note>(insert, [noteAt(2), "asked"]);
  tx.send("insert into notes values ($1, null)", [noteAt(3)]);
  return () => asked;
};

describe("a transaction that is sent at once", () => {
  it("does all it sends in its order, and tells afterwards what was asked", async () => {
    await onOneConnection(async (one) => {
      const told: string[] = [];
      const asked = await one.atOnce(async (tx) => {
        tx.afterCommit(() => told.push("committed"));
        const before = tx.query("select count(*)::int as notes, date '2026-03-01' as day, 1.50 as amount from notes");
        tx.copy(notes, [
          { id: 1, note: "one" },
          { id: 2, note: "two\tand more" },
        ]);
        tx.copy(notes, []);
        const after = tx.query(
          "select id, note from notes where note <> $1 and $2::timestamptz is not null order by id",
          ["none", new Date(0)],
        );
        void before.then(() => told.push("answered"));
        return () => Promise.all([before, after]);
      });
      expect(told).toEqual(["committed", "answered"]);
      expect(await asked()).toEqual([
        [{ notes: 0, day: "2026-03-01", amount: "1.50" }],
        [
          { id: 1, note: "one" },
          { id: 2, note: "two\tand more" },
        ],
      ]);
    });
  });

  it("does nothing of it where any part fails, says why, and does the same a moment later", async () => {
    for (const broken of [0, 1, 2, 3]) {
      await onOneConnection(async (one) => {
        await one.query("insert into notes values (1, 'there')");
        await expect(one.atOnce(fourOf(10, broken))).rejects.toMatchObject({ code: "23505" });
        expect(await idsOf()).toEqual([1]);
        await one.atOnce(fourOf(10));
        await one.atOnce(fourOf(20));
        expect(await idsOf()).toEqual([1, 10, 11, 12, 13, 20, 21, 22, 23]);
      });
    }
  });

  it("tells nobody of a commit that failed, and whoever asked something hears why", async () => {
    const told: string[] = [];
    let asked: Promise<unknown> = Promise.resolve();
    const failed = database.atOnce(async (tx) => {
      tx.afterCommit(() => told.push("committed"));
      asked = tx.query("select 1");
      tx.send("select 1 / 0");
    });
    await expect(failed).rejects.toMatchObject({ code: "22012" });
    await expect(asked).rejects.toMatchObject({ code: "22012" });
    expect(told).toEqual([]);
  });

  it("is no place to wait for an answer", async () => {
    const waiting = database.atOnce(async (tx) => {
      tx.send("insert into notes values (99, 'never')");
      await tx.query("select 1");
    });
    await expect(waiting).rejects.toThrow(/waited for an answer before its end/);
    expect(await idsOf()).not.toContain(99);
  });

  it("lets what is sent in the usual way keep its own statements beside it", async () => {
    await onOneConnection(async (one) => {
      const usual = (id: number) => one.transaction((tx) => tx.query<Note>(insert, [id, "usual"]));
      await one.query("insert into notes values (1, 'there')");
      await failureOf(one.atOnce(fourOf(30, 0)));
      await usual(2);
      await failureOf(one.atOnce(fourOf(30, 2)));
      await usual(3);
      await one.atOnce(fourOf(30));
      await usual(4);
      expect(await idsOf()).toEqual([1, 2, 3, 4, 30, 31, 32, 33]);
    });
  });

  it("is tried again when its neighbours were to blame, as often as it says", async () => {
    let attempts = 0;
    const victim = database.atOnce(
      async (tx) => {
        attempts += 1;
        tx.send(`do $$ begin raise exception using errcode = '40P01'; end $$`);
      },
      { retries: 2 },
    );
    await expect(victim).rejects.toMatchObject({ code: "40P01" });
    expect(attempts).toBe(3);
  });

  it("fails with its connection, and the next one has another", async () => {
    await onOneConnection(async (one) => {
      const lost = one.atOnce(async (tx) => {
        tx.send("insert into notes values (50, 'lost')");
        tx.send("select pg_terminate_backend(pg_backend_pid())");
      });
      expect(isConnectionLoss(await failureOf(lost))).toBe(true);
      await one.atOnce(fourOf(60));
      expect(await idsOf()).toEqual([60, 61, 62, 63]);
    });
  });
});
