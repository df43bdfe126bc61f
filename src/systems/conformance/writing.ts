import { CallFailure } from "#platform";
import { describe, expect, it } from "vitest";
import { isRefused, type Answer, type Call, type Connector, type Resolution } from "../ports.ts";
import { callOverHttp, type Counterpart, type Misbehaviour } from "./counterpart.ts";

/** A writing operation under test: how it is called for one reference, and the effect it is to have there, exactly once. */
export interface WritingOperation {
  readonly name: string;
  readonly resolution: Resolution;
  /** Puts in place what the operation needs to succeed for this reference. */
  prepare?(reference: string, counterpart: Counterpart): Promise<void>;
  perform(reference: string, call: Call): Promise<Answer<object>>;
  readonly effect: string;
  /** The reference the counterpart's ledger knows the effect by; the same reference where left out. */
  effectReference?(reference: string): string;
}

const before: readonly (readonly [string, Misbehaviour])[] = [
  ["the connection is reset", { mode: "down" }],
  ["nobody answers", { mode: "hang" }],
  ["it answers 500", { failNext: { count: 1, status: 500 } }],
];
const afterEffect: readonly (readonly [string, Misbehaviour])[] = [
  ["it answers 500", { failAfterEffect: { count: 1, how: "error" } }],
  ["the connection is reset", { failAfterEffect: { count: 1, how: "drop" } }],
  ["nobody answers", { failAfterEffect: { count: 1, how: "hang" } }],
];

/**
 * Exactly one effect, whatever went wrong the first time: the second attempt is made as the hub makes it, with the same key and
 * `maybeDone`. An operation that declares "person" is not tried again.
 */
export function writesExactlyOnce(
  connector: Connector,
  counterpartNow: () => Counterpart,
  operation: WritingOperation,
): void {
  let count = 0;
  const fresh = async (): Promise<string> => {
    count += 1;
    const reference = `${operation.name}-${count}`;
    await operation.prepare?.(reference, counterpartNow());
    return reference;
  };
  const attempt = (reference: string, about: { readonly maybeDone?: boolean } = {}) =>
    operation.perform(
      reference,
      callOverHttp(connector, counterpartNow(), { idempotencyKey: `key ${reference}`, ...about }),
    );
  const times = async (reference: string): Promise<number> => {
    const sought = operation.effectReference?.(reference) ?? reference;
    const effects = await counterpartNow().effects();
    return effects.filter((effect) => effect.operation === operation.effect && effect.reference === sought).length;
  };

  describe(operation.name, () => {
    it("is done once when all is well", async () => {
      const reference = await fresh();
      expect(isRefused(await attempt(reference))).toBe(false);
      expect(await times(reference)).toBe(1);
    });

    const triesAgain = it.skipIf(operation.resolution === "person");

    triesAgain.each(before)(
      "is done once when before its effect %s, and it is tried again",
      async (_what, misbehaviour) => {
        const reference = await fresh();
        await counterpartNow().behave(misbehaviour);
        await expect(attempt(reference)).rejects.toBeInstanceOf(CallFailure);
        await counterpartNow().behave({});
        expect(await times(reference)).toBe(0);
        expect(isRefused(await attempt(reference, { maybeDone: true }))).toBe(false);
        expect(await times(reference)).toBe(1);
      },
    );

    triesAgain.each(afterEffect)(
      "is done once when after its effect %s, and it is tried again",
      async (_what, misbehaviour) => {
        const reference = await fresh();
        await counterpartNow().behave(misbehaviour);
        await expect(attempt(reference)).rejects.toMatchObject({ outcome: "unknown" });
        await counterpartNow().behave({});
        expect(await times(reference)).toBe(1);
        expect(isRefused(await attempt(reference, { maybeDone: true }))).toBe(false);
        expect(await times(reference)).toBe(1);
      },
    );

    if (operation.resolution === "vendor-key") {
      // Looking finds nothing yet; only the vendor's own key can tell that it is the same request.
      it("is done once when the first attempt arrives after the second", async () => {
        const reference = await fresh();
        await counterpartNow().behave({ mode: "slow", delayMs: 1_600 });
        await expect(attempt(reference)).rejects.toMatchObject({ category: "timed-out" });
        await counterpartNow().behave({});
        expect(isRefused(await attempt(reference, { maybeDone: true }))).toBe(false);
        await new Promise((resolve) => setTimeout(resolve, 1_000));
        expect(await times(reference)).toBe(1);
      });
    }

    it("answers a refusal as an answer, and nothing is done", async () => {
      const reference = await fresh();
      await counterpartNow().behave({ refuseNext: { count: 1, reason: "Not on a Monday." } });
      const answer = await attempt(reference);
      expect(isRefused(answer) && answer.refused).toContain("Not on a Monday.");
      expect(await times(reference)).toBe(0);
    });
  });
}

/** The categories the hub's retry policies go by, from what the other side really answers. */
export function namesItsFailures(
  connector: Connector,
  counterpartNow: () => Counterpart,
  ask: (call: Call) => Promise<unknown>,
  wrongSettings: Readonly<Record<string, string>>,
): void {
  describe("failures", () => {
    it.each([
      ["throttled", { throttle: { perSecond: 0, retryAfter: 3 } }, { retryAfterMs: 3_000, outcome: "not-done" }],
      ["unavailable", { mode: "down" }, {}],
      ["unavailable", { failNext: { count: 1, status: 503 } }, { outcome: "not-done" }],
      ["timed-out", { mode: "hang" }, {}],
    ] as const)("are called %s for what they are (%j)", async (category, misbehaviour, more) => {
      await counterpartNow().behave(misbehaviour);
      await expect(ask(callOverHttp(connector, counterpartNow()))).rejects.toMatchObject({ category, ...more });
    });

    it("are called unauthorized with wrong credentials", async () => {
      const { url } = counterpartNow();
      const call = callOverHttp(connector, { url, settings: wrongSettings });
      await expect(connector.verify(call)).rejects.toMatchObject({ category: "unauthorized", outcome: "not-done" });
    });
  });
}
