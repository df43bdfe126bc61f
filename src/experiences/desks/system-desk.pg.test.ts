import { advanceFeed, isStale, recordFeedFailure, staleAfter } from "#domains";
import { createMetrics, gaugeFeeds } from "#observability";
import { testDatabase } from "#testing";
import { expect, it } from "vitest";
import { createSystemDesk } from "./system-desk.ts";

const database = await testDatabase();
const now = new Date("2026-11-23T12:00:00Z");
const clock = { now: () => now, sleep: async () => undefined };
const limit = staleAfter({ everyMs: 1000, staleAfterMs: { stock: 5_000, prices: 900_000 } });

const nothing = async () => undefined;
const lane = { status: () => ({ state: "open", explanation: "", until: null, inUse: 0 }) as const };
const erp = { title: "Granite", kind: "erp", lane, channels: [] };

it("measures each feed by its own limit, the same for whoever asks the API and whoever scrapes", async () => {
  const readAgo = (entity: string, seconds: number) =>
    database.transaction((tx) =>
      advanceFeed(
        tx,
        { system: "erp", entity, cursor: "1", received: 1, changed: 1 },
        new Date(now.getTime() - seconds * 1000),
      ),
    );
  await readAgo("stock", 6);
  await readAgo("prices", 600);
  await readAgo("products", 61);
  await recordFeedFailure(database, "erp", "customers", "no answer");

  const switches = { close: nothing, open: nothing };
  const desk = createSystemDesk({ database, clock, systems: new Map([["erp", erp]]), switches, staleAfter: limit });
  const [state] = await desk.list();
  expect(
    state?.feeds.map(({ entity, ageSeconds, staleAfterSeconds, isStale: tooOld }) => [
      entity,
      ageSeconds,
      staleAfterSeconds,
      tooOld,
    ]),
  ).toEqual([
    ["customers", null, 60, true],
    ["prices", 600, 900, false],
    ["products", 61, 60, true],
    ["stock", 6, 5, true],
  ]);

  const metrics = createMetrics();
  gaugeFeeds(metrics, database, { clock, isStale: (feed) => isStale(feed, limit, now) });
  const scraped = (await metrics.render()).split("\n").filter((line) => line.startsWith("crossdock_feed"));
  expect(scraped).toEqual([
    'crossdock_feed_age_seconds{system="erp",entity="prices"} 600',
    'crossdock_feed_age_seconds{system="erp",entity="products"} 61',
    'crossdock_feed_age_seconds{system="erp",entity="stock"} 6',
    'crossdock_feed_stale{system="erp",entity="customers"} 1',
    'crossdock_feed_stale{system="erp",entity="prices"} 0',
    'crossdock_feed_stale{system="erp",entity="products"} 1',
    'crossdock_feed_stale{system="erp",entity="stock"} 1',
  ]);
});
