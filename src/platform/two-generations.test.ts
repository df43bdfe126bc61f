import { expect, it } from "vitest";
import { twoGenerations } from "./two-generations.ts";

it("keeps what is used and lets go of what is not, however much comes", () => {
  const kept = twoGenerations<number, string>(10);
  for (let key = 0; key < 1_000; key += 1) {
    kept.set(key, `${key}`);
    expect(kept.get(0)).toBe("0");
  }
  const left = Array.from({ length: 1_000 }, (_, key) => key).filter((key) => kept.get(key) !== undefined);
  expect(left.length).toBeLessThanOrEqual(20);
  expect(left).toContain(999);
  kept.delete(0);
  expect(kept.get(0)).toBeUndefined();
  kept.clear();
  expect(kept.get(999)).toBeUndefined();
});
