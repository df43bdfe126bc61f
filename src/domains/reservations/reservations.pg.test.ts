import { randomBytes } from "node:crypto";
import type { ReservationDraft } from "#contracts";
import { add } from "#platform";
import {
  sampleCustomer,
  sampleDraft,
  samplePrice,
  sampleProduct,
  testDatabase,
  tradingPost,
  untilOneWaits,
} from "#testing";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { checkBooks } from "../books.ts";
import { findPositions } from "../inventory/find-positions.ts";
import { expireReservations, extendReservations, releaseReservations } from "./change-reservations.ts";
import { readReservations } from "./read-reservations.ts";
import { reserve } from "./reserve.ts";

const database = await testDatabase({ maxConnections: 12 });
const post = tradingPost(database);
const { clock, ids } = post;
const nodes = [post.newIntake(), post.newIntake()];
const skus = ["HOT", "CART", "QUOTE", "ELBOW", "TEE"];
const MINUTE_MS = 60_000;

beforeAll(() =>
  post.stock({
    customers: [sampleCustomer(), sampleCustomer({ customerNumber: "C-2" })],
    products: skus.map((sku) => sampleProduct({ sku })),
    prices: skus.map((sku) => samplePrice({ sku })),
    onHand: {
      ATL: { HOT: "60", CART: "10", QUOTE: "10", ELBOW: "40", TEE: "30" },
      DFW: { HOT: "40", ELBOW: "20" },
    },
  }),
);

const newKey = () => randomBytes(6).toString("hex");
const cart = (sku: string, quantity: string, more: Partial<ReservationDraft> = {}): ReservationDraft => ({
  channel: "web-shop",
  minutes: 15,
  lines: [{ lineNumber: 1, sku, quantity, unitOfMeasure: "EA" }],
  ...more,
});
const keep = async (draft: ReservationDraft, idempotencyKey = newKey()) => {
  const work = database.transaction((tx) => reserve(tx, [{ draft, idempotencyKey }], { ids, now: clock.now() }), {
    retries: 5,
  });
  const [result] = await work;
  if (!result) throw new Error("no answer");
  return result;
};
const kept = async (draft: ReservationDraft) => {
  const result = await keep(draft);
  if (!("reservation" in result)) throw new Error(JSON.stringify(result));
  return result.reservation;
};
const order = async (sku: string, quantity: string, more: object = {}, node = 0) => {
  const channelOrderNumber = newKey();
  const draft = sampleDraft({
    channelOrderNumber,
    lines: [{ lineNumber: 1, sku, quantity, unitOfMeasure: "EA" }],
    ...more,
  });
  const [result] = (await nodes[node]?.submit([{ draft, idempotencyKey: channelOrderNumber }])) ?? [];
  const line = result?.salesOrder?.lines[0];
  if (!line) throw new Error(JSON.stringify(result));
  return line;
};
const standing = async (sku: string) =>
  (await findPositions(database, [sku]))
    .get(sku)
    ?.map((p) => `${p.branch} ${p.onHand} on hand, ${p.allocated} allocated, ${p.reserved} reserved`);
const booksBalance = async () => expect((await checkBooks(database)).faults).toEqual([]);

describe("a reservation", () => {
  it("keeps stock from everybody else until it is released", async () => {
    const reservation = await kept(cart("CART", "8"));
    expect(reservation.lines).toMatchObject([
      { quantityAsked: "8", quantityReserved: "8", quantityMissing: "0", from: [{ branch: "ATL", quantity: "8" }] },
    ]);
    expect(await order("CART", "5")).toMatchObject({ quantityAllocated: "2", quantityBackordered: "3" });
    await booksBalance();
    const freed = await database.transaction((tx) => releaseReservations(tx, [reservation.reservationId], clock.now()));
    expect(freed).toEqual([{ sku: "CART", branch: "ATL" }]);
    expect(await standing("CART")).toEqual(["ATL 10 on hand, 2 allocated, 0 reserved"]);
    await booksBalance();
  });

  it("becomes the allocation of the order that names it, and what the order does not need is free again", async () => {
    const { reservationId } = await kept(cart("QUOTE", "9"));
    const line = await order("QUOTE", "7", { reservationId });
    expect(line).toMatchObject({ quantityAllocated: "7", quantityBackordered: "0" });
    expect(line.allocationExplanation).toContain(`Reservation ${reservationId} became this order.`);
    expect(await standing("QUOTE")).toEqual(["ATL 10 on hand, 7 allocated, 0 reserved"]);
    expect(await readReservations(database, [reservationId], clock.now())).toMatchObject([
      { status: "ordered", salesOrderId: expect.stringMatching(/^so_/) },
    ]);
    const late = database.transaction((tx) => releaseReservations(tx, [reservationId], clock.now()));
    await expect(late).rejects.toThrow("has become order");
    await booksBalance();
  });

  it("is held for its order though others of the same list come before it", async () => {
    await post.setOnHand("QUOTE", "ATL", "17");
    const { reservationId } = await kept(cart("QUOTE", "10"));
    const requests = [{}, { reservationId }].map((more) => ({
      draft: sampleDraft({
        channelOrderNumber: newKey(),
        lines: [{ lineNumber: 1, sku: "QUOTE", quantity: "10", unitOfMeasure: "EA" }],
        ...more,
      }),
      idempotencyKey: newKey(),
    }));
    const results = await post.intake.submit(requests);
    expect(results.map(({ salesOrder }) => salesOrder?.lines[0]?.quantityAllocated)).toEqual(["0", "10"]);
    await booksBalance();
  });

  it.each([
    ["was ordered before", {}, async (id: string) => void (await order("TEE", "1", { reservationId: id }))],
    ["is another customer's", { customerNumber: "C-2" }, async () => undefined],
    ["expired at", {}, () => clock.advance(16 * MINUTE_MS)],
  ])("does not stand for an order when it %s, and the line says so", async (why, more, before) => {
    const { reservationId } = await kept(cart("TEE", "1", more));
    await before(reservationId);
    const line = await order("TEE", "1", { reservationId });
    expect(line).toMatchObject({ quantityAllocated: "1" });
    expect(line.allocationExplanation).toContain(`Reservation ${reservationId} ${why}`);
    expect(line.allocationExplanation).toContain("stock was decided as without it");
    await booksBalance();
  });

  it("goes to the first order of a list that names it; the second is told so", async () => {
    await post.stock({ products: [sampleProduct({ sku: "TWICE" })], prices: [samplePrice({ sku: "TWICE" })] });
    await post.setOnHand("TWICE", "ATL", "10");
    const { reservationId } = await kept(cart("TWICE", "10"));
    const lines = [{ lineNumber: 1, sku: "TWICE", quantity: "10", unitOfMeasure: "EA" }];
    const requests = [newKey(), newKey()].map((key) => ({
      draft: sampleDraft({ channelOrderNumber: key, reservationId, lines }),
      idempotencyKey: key,
    }));
    const results = (await nodes[0]?.submit(requests)) ?? [];
    const told = results.map(({ salesOrder }) => salesOrder?.lines[0]);
    expect(told.map((line) => line?.quantityAllocated)).toEqual(["10", "0"]);
    expect(told[0]?.allocationExplanation).toContain("became this order");
    expect(told[1]?.allocationExplanation).toContain(`Reservation ${reservationId} was ordered before`);
    await booksBalance();
  });

  it("counts for nothing the moment it expires, and is given back for good by the housekeeping pass", async () => {
    await post.setOnHand("ELBOW", "DFW", "0");
    await kept(cart("ELBOW", "30"));
    await clock.advance(14 * MINUTE_MS);
    expect(await order("ELBOW", "20")).toMatchObject({ quantityAllocated: "10" });
    await clock.advance(MINUTE_MS);
    expect(await order("ELBOW", "20")).toMatchObject({ quantityAllocated: "20" });
    const { reservationId } = await kept(cart("ELBOW", "5"));
    const extended = await database.transaction((tx) => extendReservations(tx, [reservationId], 30, clock.now()));
    expect(extended).toMatchObject([{ expiresAt: new Date(clock.now().getTime() + 30 * MINUTE_MS).toISOString() }]);
    await clock.advance(29 * MINUTE_MS);
    const sweep = () => database.transaction((tx) => expireReservations(tx, clock.now()));
    await sweep();
    expect(await readReservations(database, [reservationId], clock.now())).toMatchObject([{ status: "active" }]);
    await clock.advance(MINUTE_MS);
    expect(await sweep()).toContainEqual({ sku: "ELBOW", branch: "ATL" });
    expect(await sweep()).toEqual([]);
    const tooLate = database.transaction((tx) => extendReservations(tx, [reservationId], 30, clock.now()));
    await expect(tooLate).rejects.toThrow("is expired; reserve anew");
    await booksBalance();
  });

  it("that has expired is no cart's any more, whoever asks first and before anybody swept", async () => {
    await post.stock({ products: [sampleProduct({ sku: "LAPSED" })], onHand: { ATL: { LAPSED: "5" } } });
    await kept(cart("LAPSED", "5"));
    await clock.advance(15 * MINUTE_MS);
    expect((await kept(cart("LAPSED", "5"))).lines).toMatchObject([{ quantityReserved: "5" }]);
    await booksBalance();
  });

  it("that was extended keeps from everybody what it kept, until then", async () => {
    await post.stock({
      products: [sampleProduct({ sku: "LONGER" })],
      prices: [samplePrice({ sku: "LONGER" })],
      onHand: { ATL: { LONGER: "5" } },
    });
    const { reservationId } = await kept(cart("LONGER", "5"));
    await database.transaction((tx) => extendReservations(tx, [reservationId], 30, clock.now()));
    await clock.advance(29 * MINUTE_MS);
    expect(await order("LONGER", "2")).toMatchObject({ quantityAllocated: "0", quantityBackordered: "2" });
    expect((await kept(cart("LONGER", "2"))).lines).toMatchObject([{ quantityReserved: "0" }]);
    await clock.advance(MINUTE_MS);
    expect(await order("LONGER", "2")).toMatchObject({ quantityAllocated: "2" });
    await booksBalance();
  });

  it("is not given back by a sweep that found it expired and had to wait for who extended it", async () => {
    await post.stock({ products: [sampleProduct({ sku: "RENEWED" })], onHand: { ATL: { RENEWED: "5" } } });
    const { reservationId } = await kept(cart("RENEWED", "5"));
    const inTime = clock.now();
    await clock.advance(15 * MINUTE_MS);
    const expiredNow = clock.now();
    const [sweeping] = await database.transaction(async (tx) => {
      await extendReservations(tx, [reservationId], 30, inTime);
      const sweep = database.transaction((other) => expireReservations(other, expiredNow));
      await untilOneWaits(database);
      return [sweep];
    });
    expect(await sweeping).not.toContainEqual({ sku: "RENEWED", branch: "ATL" });
    expect(await standing("RENEWED")).toEqual(["ATL 5 on hand, 0 allocated, 5 reserved"]);
    await booksBalance();
  });

  it("is the same under the same key, another one under it is a conflict, and all or nothing keeps nothing when short", async () => {
    const key = newKey();
    const twins = await Promise.all([keep(cart("TEE", "3"), key), keep(cart("TEE", "3"), key)]);
    expect(twins.map(({ outcome }) => outcome).toSorted()).toEqual(["repeat", "reserved"]);
    expect(await keep(cart("TEE", "4"), key)).toMatchObject({ outcome: "conflict" });
    const before = await standing("TEE");
    expect(await keep(cart("TEE", "1000", { complete: true }))).toMatchObject({
      outcome: "short",
      lines: [{ quantityMissing: expect.stringMatching(/^9\d\d$/) }],
    });
    expect(await standing("TEE")).toEqual(before);
    expect(await keep(cart("NO-SUCH", "1"))).toMatchObject({
      outcome: "rejected",
      faults: [{ path: "/lines/0/sku", found: "NO-SUCH" }],
    });
  });
});

describe("a cart that asks for what cannot be kept", () => {
  it("is told of every line what is wrong with it and what is wanted there, and keeps nothing", async () => {
    await post.stock({ products: [sampleProduct({ sku: "BLOCKED", status: "blocked" })] });
    const before = await standing("TEE");
    const line = (lineNumber: number, sku: string, quantity: string, unitOfMeasure = "EA") => ({
      lineNumber,
      sku,
      quantity,
      unitOfMeasure,
    });
    const lines = [
      line(1, "TEE", "1"),
      line(2, "NO-SUCH", "1"),
      line(3, "BLOCKED", "1"),
      line(4, "TEE", "1", "BX"),
      line(4, "TEE", "1.5"),
    ];
    const result = await keep(cart("TEE", "1", { lines }));
    expect(result.outcome).toBe("rejected");
    const faults = "faults" in result ? result.faults : [];
    expect(faults.map(({ path, expected, found }) => `${path}: ${expected}; found ${found}`)).toEqual([
      "/lines/1/sku: an item known to the hub; found NO-SUCH",
      "/lines/2/sku: an item that is sold; found BLOCKED, which is blocked",
      "/lines/3/unitOfMeasure: one of EA, CS; found BX",
      "/lines/4/quantity: a whole number of EA; found 1.5",
      "/lines: every line to have a number of its own; found undefined",
    ]);
    expect(await standing("TEE")).toEqual(before);
  });
});

describe("many at once, on two nodes", () => {
  it("1,000 carts and orders for 100 units get exactly 100", async () => {
    const taken = await Promise.all(
      Array.from({ length: 1000 }, async (_, index) => {
        if (index % 2 === 0) return (await order("HOT", "1", {}, (index / 2) % 2)).quantityAllocated;
        const result = await keep(cart("HOT", "1"));
        return "reservation" in result ? (result.reservation.lines[0]?.quantityReserved ?? "0") : "0";
      }),
    );
    expect(add(...taken)).toBe("100");
    await booksBalance();
  });

  it("whatever carts, orders, releases and expiries do, the books balance and nothing is promised twice", async () => {
    const step = fc.record({
      does: fc.constantFrom("keep", "order", "redeem", "release", "expire", "wait", "news"),
      sku: fc.constantFrom("ELBOW", "TEE"),
      quantity: fc.integer({ min: 1, max: 20 }).map(String),
    });
    const made: string[] = [];
    const reservationId = (quantity: string) => made[Number(quantity) % Math.max(1, made.length)];
    const ignoreRefusal = (error: Error) => {
      if (!/is (expired|released|ordered)|has become/.test(error.message)) throw error;
    };
    const perform = async ({ does, sku, quantity }: { does: string; sku: string; quantity: string }, index: number) => {
      const id = reservationId(quantity);
      const within = <Result>(work: Parameters<typeof database.transaction<Result>>[0]) =>
        database.transaction(work, { retries: 5 });
      if (does === "keep") made.push((await kept(cart(sku, quantity, { minutes: 1 }))).reservationId);
      if (does === "order") await order(sku, quantity, {}, index % 2);
      if (does === "redeem" && id) await order(sku, quantity, { reservationId: id }, index % 2);
      if (does === "release" && id)
        await within((tx) => releaseReservations(tx, [id], clock.now())).catch(ignoreRefusal);
      if (does === "expire") await within((tx) => expireReservations(tx, clock.now()));
      if (does === "wait") await clock.advance(20_000);
      if (does === "news") await post.setOnHand(sku, "ATL", String(Number(quantity) * 5));
    };
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
        await Promise.all(steps.map(perform));
        await booksBalance();
        const overPromised = await database.query(
          "select 1 from inventory_positions where allocated > on_hand and oversold_since is null",
        );
        expect(overPromised).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });
});
