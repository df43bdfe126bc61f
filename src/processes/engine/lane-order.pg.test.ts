import { beforeEach, expect, it } from "vitest";
import type { EventKind } from "#contracts";
import { turnableClock, type FailureCategory } from "#platform";
import { testDatabase } from "#testing";
import { about, asks, engineOn, parcels, refusal, saw, when } from "./fixtures/parcels.ts";
import type { Command } from "./process.ts";
import { stay } from "./index.ts";

const database = await testDatabase({ maxConnections: 16 });

beforeEach(() => database.query("delete from commands"));

interface Carrier {
  /** Of whom or what it does not answer now, and how that looks. */
  fails(name: string, parcelId: string): FailureCategory | undefined;
  readonly done: string[];
}

/** A parcel is shipped as it is received, and counted whenever somebody counts it; one call at a time goes to the carrier. */
function setUp({ lane = "carrier" } = {}) {
  const clock = turnableClock();
  const carrier: Carrier = { fails: () => undefined, done: [] };
  const call = (name: string): Command<{ parcelId: string }> =>
    asks(
      name,
      ({ instanceId }) => {
        const category = carrier.fails(name, instanceId);
        if (category) throw refusal(category);
        carrier.done.push(`${name} ${instanceId}`);
        return [];
      },
      { lane: () => lane },
    );
  const process = parcels({
    transitions: [
      when("received", saw.Packed, stay, call("ship")),
      when("received", saw.Counted, stay, call("count")),
      when("received", saw.Arrived, "arrived"),
      when("received", saw.Lost, "lost"),
    ],
    starts: [saw.Packed, saw.Counted],
    patience: { received: "1h" },
  });
  const kit = engineOn({ database, processes: [process], clock, lanes: { capacity: () => 1 } });
  const passes = async (ms: number) => {
    await clock.advance(ms);
    await kit.engine.runToRest();
  };
  const arrive = async (kind: EventKind, ...parcelIds: string[]) => {
    await kit.submit(...parcelIds.map((parcelId) => about(kind, parcelId)));
    await kit.engine.runToRest();
  };
  return { carrier, passes, arrive };
}
const always = (category: FailureCategory) => () => category;

it.each(["unavailable", "timed-out", "throttled"] as const)(
  "what comes while its system is %s goes after what that has kept waiting",
  async (category) => {
    const { carrier, arrive, passes } = setUp();
    carrier.fails = always(category);
    await arrive(saw.Packed, `${category}-1`);
    carrier.fails = () => undefined;
    await arrive(saw.Packed, `${category}-2`, `${category}-3`);
    expect(carrier.done).toEqual([]);
    await passes(1_000);
    expect(carrier.done).toEqual([1, 2, 3].map((n) => `ship ${category}-${n}`));
  },
);

it("other work of that system does not wait behind it, nor what failed for reasons of its own", async () => {
  const { carrier, arrive, passes } = setUp();
  carrier.fails = (name) => (name === "ship" ? "unavailable" : undefined);
  await arrive(saw.Packed, "kind-1");
  await arrive(saw.Counted, "kind-2");
  expect(carrier.done).toEqual(["count kind-2"]);

  carrier.fails = (name, parcelId) => (parcelId === "kind-3" ? "conflict" : undefined);
  await passes(1_000);
  await arrive(saw.Packed, "kind-3");
  await arrive(saw.Packed, "kind-4");
  expect(carrier.done.slice(1)).toEqual(["ship kind-1", "ship kind-4"]);
});

it("one that is at fault itself keeps the others waiting for three tries, and no longer", async () => {
  const { carrier, arrive, passes } = setUp();
  carrier.fails = (_name, parcelId) => (parcelId === "poison" ? "unavailable" : undefined);
  await arrive(saw.Packed, "poison", "well-1");
  await passes(500);
  expect(carrier.done).toEqual([]);
  await passes(1_000);
  expect(carrier.done).toEqual(["ship well-1"]);
  for (let minute = 0; minute < 5; minute += 1) await passes(60_000);
  await arrive(saw.Packed, "well-2");
  expect(carrier.done).toEqual(["ship well-1", "ship well-2"]);
});

it("one that is at fault itself is not tried more often for all the others that are done", async () => {
  const { carrier, arrive, passes } = setUp();
  let tries = 0;
  carrier.fails = (_name, parcelId) => (parcelId === "bad" && ++tries > 0 ? "unavailable" : undefined);
  await arrive(saw.Packed, "bad");
  for (let minute = 0; minute < 10; minute += 1) await passes(60_000);
  const before = tries;
  for (let second = 0; second < 60; second += 1) {
    await arrive(saw.Packed, `good-${second}`);
    await passes(1_000);
  }
  expect(carrier.done).toHaveLength(60);
  // Once when its pause is over, which is half a minute to a minute, and once more because the first of the others was done.
  expect(tries - before).toBeLessThanOrEqual(3);
});

it("what waited long is not left to its pauses when the system answers again", async () => {
  const { carrier, arrive, passes } = setUp();
  carrier.fails = always("unavailable");
  await arrive(saw.Packed, "long-1", "long-2", "long-3", "long-4");
  for (let minute = 0; minute < 5; minute += 1) await passes(60_000);
  // The pauses differ by chance: all four have one of half a minute to a minute before them.
  carrier.fails = () => undefined;
  for (let second = 0; second < 61 && carrier.done.length === 0; second += 1) await passes(1_000);
  expect(carrier.done).toHaveLength(4);
  const others = carrier.done.slice(1);
  expect(others).toEqual(others.toSorted());
});

it("work that waits for nobody in particular keeps no order", async () => {
  const { carrier, arrive } = setUp({ lane: "hub" });
  carrier.fails = (_name, parcelId) => (parcelId === "hub-1" ? "unavailable" : undefined);
  await arrive(saw.Packed, "hub-1");
  await arrive(saw.Packed, "hub-2");
  expect(carrier.done).toEqual(["ship hub-2"]);
});
