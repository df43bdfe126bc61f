import { Type } from "typebox";
import { describe, expect, it } from "vitest";
import { advanceFeed, claimBatch, noteChanges, plainPlan, purgeChanges, type StalenessRule } from "#domains";
import { CallFailure, silentLog, turnableClock } from "#platform";
import type { AvailabilityBatch, Call, Storefront } from "#systems";
import { testDatabase } from "#testing";
import { createChannelPublisher } from "./channel-publisher.ts";
import type { SystemHandle } from "./systems-at-hand.ts";

const database = await testDatabase();
const clock = turnableClock(new Date("2026-11-23T09:00:00Z"));
const { signal } = new AbortController();
const ITEMS_MAX = 3;

/** A shop that keeps what it is told, and may be made to fail. */
function aShop() {
  const batches: AvailabilityBatch[] = [];
  const state: { failure: Error | null; refused: string | null; meanwhile: () => Promise<void> } = {
    failure: null,
    refused: null,
    meanwhile: () => Promise.resolve(),
  };
  const connector: Storefront = {
    kind: "storefront",
    code: "shop",
    title: "A shop",
    settings: Type.Object({}),
    limits: { timeoutMs: 1_000, concurrencyMax: 1, requestsPerSecondMax: 100 },
    authorize: () => ({}),
    verify: () => Promise.resolve(),
    resolves: { confirmShipment: "look-up", confirmCancellation: "look-up", publishAvailability: "compare-and-set" },
    availabilityLimits: { itemsMax: ITEMS_MAX, everyMs: 1_000 },
    async publishAvailability(batch) {
      await state.meanwhile();
      if (state.failure) throw state.failure;
      if (state.refused !== null) return { refused: state.refused };
      batches.push(batch);
      return { published: true };
    },
  };
  const handle: SystemHandle<Storefront> = {
    code: "shop",
    connector,
    call: (options): Call => ({ ...options, settings: {}, http: { send: () => Promise.reject(new Error("no HTTP")) } }),
  };
  const told = () => batches.flatMap(({ items }) => items.map(({ sku, available }) => `${sku} ${available}`));
  return { batches, state, handle, told };
}
type Shop = ReturnType<typeof aShop>;

let channels = 0;
const aChannel = () => `channel-${(channels += 1)}`;
function publisherOf(
  shop: Shop,
  channel: string,
  about: { capacity?: () => number; rules?: string; staleness?: StalenessRule } = {},
) {
  const { capacity = () => 1, rules = "v1", staleness } = about;
  const publisher = createChannelPublisher({
    database,
    clock,
    log: silentLog,
    channel,
    storefront: shop.handle,
    lane: { capacity },
    promising: { ...plainPlan, version: rules },
    staleness,
  });
  if (!publisher) throw new Error("This shop can be told.");
  return publisher;
}
const publishAll = async (publisher: ReturnType<typeof publisherOf>) => {
  for (let more = true; more;) {
    await clock.advance(60_000);
    more = (await publisher.publish(signal)).hasMore;
  }
};
const stock = (sku: string, branch: string, onHand: number) =>
  database.query(
    `insert into inventory_positions (sku, branch, on_hand, stated_on_hand, source, source_sequence, as_of)
     values ($1, $2, $3, $3, 'erp', 1, now())
     on conflict (sku, branch) do update set on_hand = excluded.on_hand, stated_on_hand = excluded.stated_on_hand`,
    [sku, branch, onHand],
  );
const waiting = async (channel: string) =>
  (
    await database.query<{ sku: string }>("select sku from channel_dues where channel = $1 order by sku", [channel])
  ).map(({ sku }) => sku);

await stock("A", "ATL", 5);
await stock("A", "DFW", 2);
for (const sku of ["B", "C", "D"]) await stock(sku, "ATL", 1);

describe("a channel", () => {
  it("is told everything first, in batches as large as it takes, then only what is another figure than before", async () => {
    const [shop, channel] = [aShop(), aChannel()];
    const publisher = publisherOf(shop, channel);
    await publishAll(publisher);
    expect(shop.told()).toEqual(["A 7", "B 1", "C 1", "D 1"]);
    expect(shop.batches.map(({ items }) => items.length)).toEqual([3, 1]);
    expect(shop.batches[1]?.sequence).toBeGreaterThan(shop.batches[0]?.sequence ?? 0);

    shop.batches.length = 0;
    await stock("A", "ATL", 4);
    await stock("A", "DFW", 3);
    await stock("B", "ATL", 1);
    await publishAll(publisher);
    expect(shop.told()).toEqual([]);
    expect(await waiting(channel)).toEqual([]);
    await stock("A", "ATL", 9);
    await database.query("delete from inventory_positions where sku = 'D'");
    await publishAll(publisher);
    expect(shop.told().toSorted()).toEqual(["A 12", "D 0"]);
    await stock("D", "ATL", 1);
  });

  it("is left alone for as long as it asks between two batches", async () => {
    const [shop, channel] = [aShop(), aChannel()];
    const publisher = publisherOf(shop, channel);
    expect((await publisher.publish(signal)).hasMore).toBe(true);
    await publisher.publish(signal);
    expect(shop.batches).toHaveLength(1);
    await clock.advance(1_000);
    await publisher.publish(signal);
    expect(shop.batches).toHaveLength(2);
  });

  it("that was down is told the latest once, not what happened meanwhile, and what waits is known", async () => {
    const [shop, channel] = [aShop(), aChannel()];
    const up = { is: true };
    const publisher = publisherOf(shop, channel, { capacity: () => (up.is ? 1 : 0) });
    await publishAll(publisher);
    shop.batches.length = 0;
    up.is = false;
    for (const onHand of [20, 30, 40]) {
      await stock("B", "ATL", onHand);
      await publishAll(publisher);
    }
    expect(await waiting(channel)).toEqual(["B"]);
    // However long it is down, no purge makes it forget.
    await purgeChanges(database, "position_changes", new Date(Date.now() + 60_000));
    up.is = true;
    await publishAll(publisher);
    expect(shop.told()).toEqual(["B 40"]);
    expect(await waiting(channel)).toEqual([]);
  });

  it.each([
    [
      "lost the answer",
      { failure: new CallFailure("gone", { category: "timed-out", outcome: "unknown", system: "s", operation: "o" }) },
    ],
    [
      "throttles",
      {
        failure: new CallFailure("slow", {
          category: "throttled",
          outcome: "not-done",
          system: "s",
          operation: "o",
          retryAfterMs: 30_000,
        }),
      },
    ],
    ["refuses", { refused: "Not on a Monday." }],
  ] as const)(
    "that %s is told again after a rest, with a higher number and the figures of then",
    async (_what, trouble) => {
      const [shop, channel] = [aShop(), aChannel()];
      const publisher = publisherOf(shop, channel);
      await publishAll(publisher);
      shop.batches.length = 0;
      await stock("C", "ATL", 50);
      Object.assign(shop.state, trouble);
      await publisher.publish(signal);
      await clock.advance(60_000);
      await publisher.publish(signal);
      const [row] = await database.query<{ failure: string }>(
        "select failure from channel_publications where channel = $1",
        [channel],
      );
      expect(row?.failure).toMatch(/gone|slow|Monday/);
      Object.assign(shop.state, { failure: null, refused: null });
      await stock("C", "ATL", 51);
      await publisher.publish(signal);
      expect(shop.told()).toEqual([]);
      await publishAll(publisher);
      expect(shop.told()).toEqual(["C 51"]);
      await stock("C", "ATL", 1);
      await publishAll(publisher);
    },
  );

  it("is told anew when what was read is purged, or the rules of promising are others: only where the figure differs", async () => {
    const [shop, channel] = [aShop(), aChannel()];
    await publishAll(publisherOf(shop, channel));
    shop.batches.length = 0;
    await stock("B", "ATL", 60);
    await purgeChanges(database, "position_changes", new Date(Date.now() + 60_000));
    await publishAll(publisherOf(shop, channel));
    expect(shop.told()).toEqual(["B 60"]);
    const capacity = () => 0;
    await publisherOf(shop, channel, { rules: "v2", capacity }).publish(signal);
    expect((await waiting(channel)).length).toBeGreaterThan(3);
    await publishAll(publisherOf(shop, channel, { rules: "v2" }));
    expect(shop.told()).toEqual(["B 60"]);
  });

  it("keeps what changed while it was being told, also when another node looked then", async () => {
    const [shop, channel] = [aShop(), aChannel()];
    const [one, other] = [publisherOf(shop, channel), publisherOf(shop, channel, { capacity: () => 0 })];
    await publishAll(one);
    shop.batches.length = 0;
    await stock("B", "ATL", 70);
    let isFirst = true;
    shop.state.meanwhile = async () => {
      if (!isFirst) return;
      isFirst = false;
      await stock("B", "ATL", 71);
      await other.publish(signal);
    };
    await publishAll(one);
    await publishAll(one);
    expect(shop.told()).toEqual(["B 70", "B 71"]);
  });
});

describe("two nodes that both take themselves for the eldest", () => {
  it("do not send at once: while a batch is on its way the other keeps away", async () => {
    const [shop, channel] = [aShop(), aChannel()];
    const [one, other] = [publisherOf(shop, channel), publisherOf(shop, channel)];
    await publishAll(one);
    shop.batches.length = 0;
    await stock("B", "ATL", 80);
    let looks = 0;
    shop.state.meanwhile = async () => {
      looks += 1;
      if (looks === 1) expect(await other.publish(signal)).toEqual({ told: 0, hasMore: false });
    };
    await publishAll(one);
    await publishAll(other);
    expect([looks, shop.told()]).toEqual([1, ["B 80"]]);
  });

  it("cannot both have the batch they both saw, and one that died with it is waited for no longer than a call takes", async () => {
    const [shop, channel] = [aShop(), aChannel()];
    await publishAll(publisherOf(shop, channel));
    shop.batches.length = 0;
    await stock("B", "ATL", 90);
    const now = clock.now();
    const until = new Date(now.getTime() + 1_000);
    await noteChanges(database, channel, "v1", now);
    const [first, second] = [
      await noteChanges(database, channel, "v1", now),
      await noteChanges(database, channel, "v1", now),
    ];
    if (!first || !second) throw new Error("Nobody has it in hand yet.");
    expect(await claimBatch(database, first, { now, until })).toMatchObject({ channel });
    expect(await claimBatch(database, second, { now, until })).toBeNull();

    const successor = publisherOf(shop, channel);
    await successor.publish(signal);
    expect(shop.told()).toEqual([]);
    await clock.advance(1_000);
    await successor.publish(signal);
    expect(shop.told()).toEqual(["B 90"]);
  });

  it("leave each change told once, however they meet", async () => {
    const [shop, channel] = [aShop(), aChannel()];
    const nodes = [publisherOf(shop, channel), publisherOf(shop, channel)];
    await publishAll(publisherOf(shop, channel));
    shop.batches.length = 0;
    for (let round = 0; round < 10; round += 1) {
      await stock("B", "ATL", 100 + round);
      await clock.advance(60_000);
      await Promise.all(nodes.map((node) => node.publish(signal)));
    }
    for (const node of nodes) await publishAll(node);
    expect(shop.told().at(-1)).toBe("B 109");
    expect(shop.told()).toEqual([...new Set(shop.told())]);
  });
});

it("tells a channel less when the stock's owner is silent for too long, and all when he is heard again", async () => {
  const shop = aShop();
  const publisher = publisherOf(shop, aChannel(), {
    staleness: { maxAgeSeconds: 3_600, whenStale: "buffer", buffer: "4" },
  });
  const hear = () => {
    const progress = { system: "erp", entity: "stock", cursor: "1", received: 0, changed: 0 };
    return database.transaction((tx) => advanceFeed(tx, progress, clock.now()));
  };
  await database.query("delete from inventory_positions");
  await stock("SILENT", "ATL", 10);
  await database.query("update inventory_positions set as_of = $1", [clock.now()]);
  await hear();
  await publishAll(publisher);
  await clock.advance(3_600_000);
  await publishAll(publisher);
  await publishAll(publisher);
  await hear();
  await publishAll(publisher);
  expect(shop.told()).toEqual(["SILENT 10", "SILENT 6", "SILENT 10"]);
});
