import { describe, expect, it } from "vitest";
import { testDatabase } from "#testing";
import { isConnectionLoss, openDatabase, type Database, type Queryable, type Transaction } from "./database.ts";

const database = await testDatabase();
await database.query("create table things (id int primary key, amount numeric)");

describe("the database", () => {
  it("gives exact decimals, days and big numbers as text, so that nothing is rounded on the way", async () => {
    const [row] = await database.query(
      "select 12345678901234.56::numeric as amount, date '2026-03-01' as day, 9007199254740993::bigint as big",
    );
    expect(row).toEqual({ amount: "12345678901234.56", day: "2026-03-01", big: "9007199254740993" });
  });

  it("commits all of a transaction or nothing", async () => {
    await expect(
      database.transaction(async (tx) => {
        await tx.query("insert into things values (1, 1)");
        await tx.query("insert into things values (1, 2)");
      }),
    ).rejects.toThrow(/duplicate key/);
    expect(await database.query("select * from things")).toEqual([]);
  });

  it("tries the victim of a deadlock again", async () => {
    await database.query("insert into things values (10, 0), (11, 0)");
    const both = async (first: number, second: number) =>
      database.transaction(
        async (tx) => {
          await tx.query("update things set amount = amount + 1 where id = $1", [first]);
          await new Promise((resolve) => setTimeout(resolve, 50));
          await tx.query("update things set amount = amount + 1 where id = $1", [second]);
        },
        { retries: 3 },
      );
    await Promise.all([both(10, 11), both(11, 10)]);
    expect(await database.query("select amount from things where id in (10, 11)")).toEqual([
      { amount: "2" },
      { amount: "2" },
    ]);
  });

  it("prepares a named statement once and keeps its answers apart", async () => {
    const statement = { name: "twice", text: "select $1::int * 2 as twice" };
    const answers = await Promise.all([1, 2, 3].map((value) => database.query<{ twice: number }>(statement, [value])));
    expect(answers.flat().map(({ twice }) => twice)).toEqual([2, 4, 6]);
  });
});

const pidOf = async (asked: Queryable): Promise<number> => {
  const [row] = await asked.query<{ pid: number }>("select pg_backend_pid() as pid");
  return row?.pid ?? 0;
};
const cut = (pid: number) => database.query("select pg_terminate_backend($1, 2000)", [pid]);
const failureOf = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error);

describe("a transaction", () => {
  it("does not claim to be done when a failure inside it was kept quiet", async () => {
    let told = false;
    const accepted = database.transaction(async (tx) => {
      tx.afterCommit(() => (told = true));
      await tx.query("insert into things values (20, 1)");
      await failureOf(tx.query("select 1 / 0"));
      return "accepted";
    });
    await expect(accepted).rejects.toThrow(/^Nothing was committed: a statement of the transaction failed/);
    expect(told).toBe(false);
    expect(await database.query("select id from things where id = 20")).toEqual([]);
  });

  it("commits what was sent along, and fails with its error where that cannot be", async () => {
    await database.transaction(async (tx) => tx.send("insert into things values (70, $1)", [7]));
    expect(await database.query("select amount from things where id = 70")).toEqual([{ amount: "7" }]);
    const twice = database.transaction(async (tx) => {
      tx.send("insert into things values (71, 1)");
      tx.send("insert into things values (70, 1)");
    });
    await expect(twice).rejects.toThrow(/duplicate key/);
    expect(await database.query("select 1 from things where id = 71")).toEqual([]);
  });

  it("tells others after its commit, in order, and never after a rollback", async () => {
    const told: string[] = [];
    const insert = (id: number) => async (tx: Transaction) => {
      tx.afterCommit(() => told.push(`first of ${id}`));
      tx.afterCommit(() => told.push(`second of ${id}`));
      await tx.query("insert into things values ($1, 0)", [id]);
      expect(told).not.toContain(`first of ${id}`);
    };
    await database.transaction(insert(30));
    await failureOf(database.transaction(insert(30)));
    expect(told).toEqual(["first of 30", "second of 30"]);
  });

  it("is tried again only as often as it says, and only when its neighbours were to blame", async () => {
    const attempts = async (code: string, retries?: number): Promise<number> => {
      let count = 0;
      const work = async (tx: Transaction) => {
        count += 1;
        await tx.query(`do $$ begin raise exception using errcode = '${code}'; end $$`);
      };
      await expect(database.transaction(work, retries === undefined ? {} : { retries })).rejects.toMatchObject({
        code,
      });
      return count;
    };
    expect(await attempts("40001", 2)).toBe(3);
    expect(await attempts("40P01", 1)).toBe(2);
    expect(await attempts("40001")).toBe(1);
    expect(await attempts("23505", 5)).toBe(1);
  });
});

it("plans by keys on every connection where that is asked for, from its first statement on", async () => {
  const byKeys = openDatabase({ url: database.url, maxConnections: 2, plans: "by-keys" });
  const settings = `select pg_backend_pid() as pid, current_setting('enable_seqscan') as scans, current_setting('plan_cache_mode') as mode, pg_sleep(0.05)`;
  const asked = await Promise.all(
    [1, 2].map(() => byKeys.query<{ pid: number; scans: string; mode: string }>(settings)),
  );
  const told = asked.flat();
  expect(new Set(told.map(({ pid }) => pid)).size).toBe(2);
  expect(told.map(({ scans, mode }) => [scans, mode])).toEqual([
    ["off", "force_generic_plan"],
    ["off", "force_generic_plan"],
  ]);
  const [usual] = await database.query("select current_setting('enable_seqscan') as scans");
  expect(usual).toEqual({ scans: "on" });
  await byKeys.close();
});

describe("a lost connection", () => {
  const losing = (lose: (tx: Transaction, pid: number) => Promise<unknown>) =>
    failureOf(
      database.transaction(async (tx) => {
        await tx.query("insert into things values (40, 0)");
        await lose(tx, await pidOf(tx));
      }),
    );

  it("fails the transaction it carried, between two statements or during one, and nothing else", async () => {
    const between = await losing(async (tx, pid) => {
      await cut(pid);
      // The news comes while nothing is asked: it must not end the process.
      await new Promise((resolve) => setTimeout(resolve, 50));
      await tx.query("select 1");
    });
    const during = await losing((tx, pid) => {
      setTimeout(() => void cut(pid), 50);
      return tx.query("select pg_sleep(10)");
    });
    expect([between, during].map(isConnectionLoss)).toEqual([true, true]);
    expect(await database.query("select id from things where id = 40")).toEqual([]);
  });

  it("is replaced when nobody was using it", async () => {
    const single = openDatabase({ url: database.url, maxConnections: 1 });
    const before = await pidOf(single);
    await cut(before);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await pidOf(single)).not.toBe(before);
    await single.close();
  });

  it("is told to the session that had it, once; one that is closed is not lost", async () => {
    const session = await database.session();
    let losses = 0;
    const lost = new Promise<void>((resolve) => {
      session.onLost(() => {
        losses += 1;
        resolve();
      });
    });
    await cut(await pidOf(session));
    await lost;
    await session.close();
    const closed = await database.session();
    closed.onLost(() => (losses += 1));
    await closed.close();
    expect(losses).toBe(1);
  });

  it("is told from a refusal: trying again later helps against one, not against the other", async () => {
    const elsewhere = (change: (url: URL) => void): Database => {
      const url = new URL(database.url);
      change(url);
      return openDatabase({ url: url.href, maxConnections: 1 });
    };
    const nobodyThere = elsewhere((url) => (url.port = "1"));
    const wrongPassword = elsewhere((url) => (url.password = "wrong"));
    const failures = await Promise.all([
      failureOf(nobodyThere.query("select 1")),
      failureOf(wrongPassword.query("select 1")),
      failureOf(database.query("select 1 / 0")),
    ]);
    expect(failures.map(isConnectionLoss)).toEqual([true, false, false]);
    await Promise.all([nobodyThere.close(), wrongPassword.close()]);
  });
});

describe("a session", () => {
  it("hears what is notified, on its channels only", async () => {
    const session = await database.session();
    const heard: string[] = [];
    session.onNotification((channel, payload) => heard.push(`${channel}: ${payload}`));
    await session.query("listen goods_in");
    await database.query("select pg_notify('goods_out', 'no'), pg_notify('goods_in', 'a pallet')");
    await session.query("select 1");
    expect(heard).toEqual(["goods_in: a pallet"]);
    await session.close();
  });
});
