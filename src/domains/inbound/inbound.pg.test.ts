import { turnableClock, type Transaction } from "#platform";
import { testDatabase } from "#testing";
import { beforeEach, describe, expect, it } from "vitest";
import type { Intervention } from "./inbound-document.ts";
import { createInbound } from "./inbound.ts";

const database = await testDatabase();
const clock = turnableClock();
const who = { by: "dana", reason: "the item is in the ERP now" };

let trail: Intervention[];
let known: Set<string>;
beforeEach(async () => {
  await database.query("truncate inbound_documents");
  trail = [];
  known = new Set(["GOOD"]);
});

const options: Parameters<typeof createInbound>[0] = {
  database,
  clock,
  resubmit: async (_document, body) =>
    known.has(body.toString())
      ? { taken: true, result: { salesOrderNumber: "SO-1" } }
      : { taken: false, explanation: "Still not.", faults: [{ path: "/sku", expected: "an item known to the hub" }] },
  audit: async (_tx: Transaction, intervention) => void trail.push(intervention),
};
const inbound = createInbound(options);

const letter = (body: string, more: object = {}) => ({
  door: "webhook:shop",
  channel: "web-shop",
  headers: { "x-shopify-topic": "orders/create", "x-shopify-hmac-sha256": "c2VjcmV0" },
  body: Buffer.from(body),
  errorCode: "invalid-document" as const,
  explanation: "Order #1 cannot be taken.",
  faults: [{ path: "/sku", expected: "an item number", found: "nothing" }],
  ...more,
});

describe("what could not be taken", () => {
  it("is kept byte for byte, with its secrets masked", async () => {
    const bytes = Buffer.from([0xff, 0x00, 0x7b]);
    const id = await inbound.keep(letter("", { body: bytes }));
    const kept = await inbound.read(id);
    expect(kept?.body.equals(bytes)).toBe(true);
    expect(kept?.headers).toEqual({ "x-shopify-topic": "orders/create", "x-shopify-hmac-sha256": "***" });
  });

  it("is one dead letter, however often the sender repeats it", async () => {
    const first = await inbound.keep(letter("BAD"));
    expect(await inbound.keep(letter("BAD"))).toBe(first);
    expect(await inbound.keep(letter("OTHER"))).not.toBe(first);
    expect(await inbound.list()).toHaveLength(2);
  });

  it("goes in as it is once the cause is mended elsewhere", async () => {
    const id = await inbound.keep(letter("LATE"));
    expect((await inbound.retry(id, who)).taken).toBe(false);
    expect(await inbound.list()).toMatchObject([{ explanation: "Still not." }]);
    known.add("LATE");
    expect((await inbound.retry(id, who)).taken).toBe(true);
    expect(await inbound.list()).toEqual([]);
    expect(await inbound.read(id)).toMatchObject({
      status: "resubmitted",
      resolvedBy: "dana",
      result: { salesOrderNumber: "SO-1" },
    });
  });

  it("goes in as a person mended it, who is written down with what was there before", async () => {
    const id = await inbound.keep(letter("BAD"));
    await inbound.edit(id, Buffer.from("GOOD"), who);
    expect(trail).toEqual([{ ...who, action: "edit-inbound-document", target: id, before: "BAD", after: "GOOD" }]);
    expect((await inbound.read(id))?.body.toString()).toBe("BAD");
  });

  it("is discarded with a reason, once", async () => {
    const id = await inbound.keep(letter("BAD"));
    await inbound.discard(id, who);
    await expect(inbound.discard(id, who)).rejects.toThrow(/was discarded by dana/);
    await expect(inbound.retry(id, who)).rejects.toThrow(/was discarded by dana/);
    await expect(inbound.discard("inb_00000000000000000000000000", who)).rejects.toThrow(/No document/);
  });

  it("is discarded by one of two people who do so at the same moment", async () => {
    const id = await inbound.keep(letter("BAD"));
    let go = (): void => undefined;
    const second = new Promise<void>((resolve) => (go = resolve));
    const slow = createInbound({ ...options, audit: () => second });
    const first = slow.discard(id, who);
    // The first has changed the row and not committed; the second still reads it as kept.
    await new Promise((resolve) => setTimeout(resolve, 100));
    const other = expect(inbound.discard(id, { ...who, by: "sam" })).rejects.toThrow(/resolved by somebody else/);
    await new Promise((resolve) => setTimeout(resolve, 100));
    go();
    await first;
    await other;
    expect(trail).toEqual([]);
  });
});
