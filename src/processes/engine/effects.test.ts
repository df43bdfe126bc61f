import type { EffectCall, LoggedEvent } from "#contracts";
import { createIds, systemClock, type Transaction } from "#platform";
import { expect, it } from "vitest";
import type { InstanceInHand } from "./batch.ts";
import { runEffects } from "./effects.ts";
import type { Effect, EffectLocks } from "./process.ts";

/** Nothing here asks the database. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
const tx = {} as Transaction;
const context = { now: new Date(0), ids: createIds(systemClock, (size) => Buffer.alloc(size)) };

/** Effects that write down when they ran and what was locked for them. */
function diary() {
  const lines: string[] = [];
  const locksOf = (kind: string): EffectLocks => ({
    take: async (_tx, wanted) => void lines.push(`${kind} ${wanted.join(", ")}`),
    wanted: ({ instanceId }) => instanceId,
  });
  const effectOf = (name: string, locks?: EffectLocks): Effect => ({
    kind: "effect",
    name,
    ...(locks ? { locks } : {}),
    run: async (_tx, calls) => {
      lines.push(`${name} ${calls.map(({ instanceId }) => instanceId).join(", ")}`);
      return [];
    },
  });
  return { lines, locksOf, effectOf };
}

function inHand(instanceId: string, ...queue: readonly Effect[]): InstanceInHand {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const call: EffectCall = { instanceId, event: {} as LoggedEvent };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return { stored: { process: "order", instanceId }, effects: { queue, call } } as unknown as InstanceInHand;
}

it("locks what all effects of a round want before the first of them runs, each kind by itself", async () => {
  const { lines, locksOf, effectOf } = diary();
  const orders = locksOf("lock orders");
  const [tax, source] = [effectOf("tax", orders), effectOf("source", orders)];
  const parcel = effectOf("parcel", locksOf("lock parcels"));
  await runEffects(tx, [inHand("1", tax, source), inHand("2", source), inHand("3", parcel)], context);
  expect(lines).toEqual(["lock orders 1, 1, 2", "lock parcels 3", "tax 1", "source 1, 2", "parcel 3"]);
});

it("leaves one effect by itself to lock by itself, and those that lock nothing alone", async () => {
  const { lines, locksOf, effectOf } = diary();
  const tax = effectOf("tax", locksOf("lock orders"));
  await runEffects(tx, [inHand("1", tax), inHand("2", tax)], context);
  await runEffects(tx, [inHand("1", effectOf("note")), inHand("2", effectOf("tell"))], context);
  expect(lines).toEqual(["tax 1, 2", "note 1", "tell 2"]);
});
