import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { afterEach, describe, expect, it, vi } from "vitest";
import { testDatabase } from "#testing";
import { systemClock } from "./clock.ts";
import type { Database } from "./database.ts";
import { joinCluster, liveNodes, type Membership } from "./nodes.ts";

const database = await testDatabase();
const elsewhere = await testDatabase();

const memberships: Membership[] = [];
afterEach(async () => {
  for (const membership of memberships.splice(0)) await membership.leave();
});

async function joined(on: Database = database): Promise<Membership> {
  const about = { host: "hub", pid: process.pid, version: "1.0.0" };
  const membership = await joinCluster({ database: on, clock: systemClock, ...about });
  memberships.push(membership);
  return membership;
}

/** Another process that joins; answers its number and how to kill it. */
async function joinedProcess(): Promise<{ readonly number: number; kill(): void }> {
  const from = (file: string) => JSON.stringify(pathToFileURL(join(import.meta.dirname, file)).href);
  const script = `
    import { openDatabase } from ${from("database.ts")};
    import { joinCluster } from ${from("nodes.ts")};
    import { systemClock } from ${from("clock.ts")};
    const database = openDatabase({ url: ${JSON.stringify(database.url)} });
    const node = await joinCluster({ database, clock: systemClock, host: "other", pid: process.pid, version: "1.0.0" });
    console.log(node.number());
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const kill = () => void child.kill("SIGKILL");
  for await (const line of createInterface({ input: child.stdout })) return { number: Number(line), kill };
  throw new Error("The node ended without joining.");
}

const sessionOf = async (number: number): Promise<number> =>
  (
    await database.query<{ pid: number }>("select pid from pg_locks where locktype = 'advisory' and objid = $1", [
      number,
    ])
  )[0]?.pid ?? 0;

describe("a node", () => {
  it("lives from joining to leaving, and leaves no trace", async () => {
    const [first, second] = [await joined(), await joined()];
    expect(await liveNodes(database)).toEqual([first.number(), second.number()]);
    await memberships.splice(0, 1)[0]?.leave();
    expect(await liveNodes(database)).toEqual([second.number()]);
    expect(await database.query("select number from nodes")).toEqual([{ number: second.number() }]);
  });

  it("is not counted among those of another database on the same server", async () => {
    const here = await joined();
    const there = await joined(elsewhere);
    expect(await liveNodes(database)).toEqual([here.number()]);
    expect(await liveNodes(elsewhere)).toEqual([there.number()]);
  });

  it("is known to be dead within a second of being killed", async () => {
    const survivor = await joined();
    const victim = await joinedProcess();
    expect(await liveNodes(database)).toEqual([survivor.number(), victim.number]);
    victim.kill();
    await vi.waitFor(async () => expect(await liveNodes(database)).toEqual([survivor.number()]), {
      timeout: 1000,
      interval: 10,
    });
  });

  it("comes back under another number when its session is lost: the others took the old one for dead", async () => {
    const node = await joined();
    const before = node.number();
    await database.query("select pg_terminate_backend($1)", [await sessionOf(before)]);
    await vi.waitFor(() => expect(node.number()).toBeGreaterThan(before), 5000);
    expect(await liveNodes(database)).toEqual([node.number()]);
  });

  it("goes on trying to come back while the database is away", async () => {
    let refusals = 0;
    const shaky: Database = {
      ...database,
      session() {
        const isDown = refusals < 3 && memberships.length > 0;
        if (isDown) refusals += 1;
        return isDown ? Promise.reject(new Error("the database system is starting up")) : database.session();
      },
    };
    const node = await joined(shaky);
    const before = node.number();
    await database.query("select pg_terminate_backend($1)", [await sessionOf(before)]);
    await vi.waitFor(() => expect(node.number()).toBeGreaterThan(before), 5000);
    expect(refusals).toBe(3);
    expect(await liveNodes(database)).toEqual([node.number()]);
  });

  it("that leaves while it comes back is gone", async () => {
    const opening = Promise.withResolvers<void>();
    let opened = 0;
    const slow: Database = {
      ...database,
      async session() {
        opened += 1;
        if (opened > 1) await opening.promise;
        return database.session();
      },
    };
    const node = await joinCluster({ database: slow, clock: systemClock, host: "hub", pid: 1, version: "1.0.0" });
    await database.query("select pg_terminate_backend($1)", [await sessionOf(node.number())]);
    await vi.waitFor(() => expect(opened).toBe(2), 5000);
    const left = node.leave();
    opening.resolve();
    await left;
    await vi.waitFor(async () => expect(await liveNodes(database)).toEqual([]));
    expect(await database.query("select number from nodes where pid = 1")).toEqual([]);
  });
});
