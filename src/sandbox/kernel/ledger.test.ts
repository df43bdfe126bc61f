import { expect, it } from "vitest";
import { EffectLedger, type Effect } from "./ledger.ts";

const create: Effect = { operation: "create", reference: "so-1" };
const cancel: Effect = { operation: "cancel", reference: "so-1", undoes: "create" };

const doubledBy = (effects: readonly Effect[]): readonly string[] => {
  const ledger = new EffectLedger();
  for (const effect of effects) ledger.record(effect, "2026-11-23T09:00:00Z");
  return ledger.doubled().map(({ operation, times }) => `${operation} ${times}`);
};

it.each([
  ["done once", [create], []],
  ["done for two references", [create, { ...create, reference: "so-2" }], []],
  ["done twice", [create, create], ["create 2"]],
  ["done three times", [create, create, create], ["create 3"]],
  ["taken back and done anew", [create, cancel, create], []],
  ["taken back, done anew and taken back again", [create, cancel, create, cancel], []],
  ["taken back twice", [create, cancel, cancel], ["cancel 2"]],
  ["done twice and then taken back", [create, create, cancel], ["create 2"]],
])("an effect %s", (_what, effects, doubled) => {
  expect(doubledBy(effects)).toEqual(doubled);
});
