import { hash, randomBytes } from "node:crypto";
import { createIds, turnableClock } from "#platform";
import { testDatabase } from "#testing";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { createAudit } from "./audit.ts";
import { createTokenGate, ensureAdminToken, renewAdminToken } from "./tokens.ts";

vi.mock("node:crypto", { spy: true });

const database = await testDatabase();
const clock = turnableClock();
const options = { database, clock, ids: createIds(clock, randomBytes), randomBytes };

beforeEach(async () => void (await database.query("truncate access_tokens")));

describe("the admin token", () => {
  it("is made once, also when two nodes start at the same moment, and is kept nowhere", async () => {
    const made = await Promise.all([ensureAdminToken(options), ensureAdminToken(options), ensureAdminToken(options)]);
    const tokens = made.filter((token) => token !== null);
    expect(tokens).toHaveLength(1);
    expect(await ensureAdminToken(options)).toBeNull();
    const [row] = await database.query<{ text: string }>("select access_tokens::text from access_tokens");
    expect(JSON.stringify(row)).not.toContain(tokens[0]?.slice(4));
  });

  it("opens the gate, and nothing like it does", async () => {
    const token = await ensureAdminToken(options);
    const gate = createTokenGate({ database, clock });
    expect(await gate.identify(`Bearer ${token}`)).toMatchObject({ name: "admin" });
    for (const other of [undefined, "", "Bearer", `Basic ${token}`, `Bearer ${token}x`, `Bearer xdk_${"A".repeat(43)}`])
      expect(await gate.identify(other)).toBeNull();
  });

  it("ends when it is renewed, within seconds on every node", async () => {
    const first = await ensureAdminToken(options);
    const gate = createTokenGate({ database, clock });
    await gate.identify(`Bearer ${first}`);
    await clock.advance(1_000);
    const second = await renewAdminToken(options);
    expect(await gate.identify(`Bearer ${second}`)).not.toBeNull();
    await clock.advance(5_001);
    expect(await gate.identify(`Bearer ${first}`)).toBeNull();
    expect(await gate.identify(`Bearer ${second}`)).not.toBeNull();
  });

  it("is digested once between two readings of the tokens, and kept no longer", async () => {
    const token = await ensureAdminToken(options);
    const gate = createTokenGate({ database, clock });
    const digestsOf = async (times: number) => {
      vi.mocked(hash).mockClear();
      for (let time = 0; time < times; time += 1) expect(await gate.identify(`Bearer ${token}`)).not.toBeNull();
      return vi.mocked(hash).mock.calls.length;
    };
    await digestsOf(2);
    expect(await digestsOf(10)).toBe(0);
    await clock.advance(5_001);
    // The first one brings about the reading and is known by what was kept before; the second is digested anew.
    expect(await digestsOf(2)).toBe(1);
  });

  it("is not asked of the database for every guess", async () => {
    let queries = 0;
    const counting: Pick<typeof database, "query"> = {
      query: (...asked: Parameters<typeof database.query>) => {
        queries += 1;
        return database.query(...asked);
      },
    };
    const gate = createTokenGate({ database: counting, clock });
    for (let guess = 0; guess < 100; guess += 1)
      await gate.identify(`Bearer xdk_${randomBytes(32).toString("base64url")}`);
    expect(queries).toBe(1);
  });
});

describe("the audit trail", () => {
  it("is written with the change, or not at all", async () => {
    const audit = createAudit(clock);
    const entry = { by: "dana", action: "close-lane", target: "erp", reason: "upgrade", after: { state: "closed" } };
    await database.transaction((tx) => audit(tx, entry));
    await database
      .transaction(async (tx) => {
        await audit(tx, entry);
        throw new Error("the change failed");
      })
      .catch(() => undefined);
    expect(await database.query("select by, action, target, reason, before, after from audit_entries")).toEqual([
      { ...entry, before: null },
    ]);
  });
});
