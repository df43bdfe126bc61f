import { expect, it } from "vitest";
import { oneAtATime } from "./one-at-a-time.ts";

it("runs once more, and only once, for all who asked while it ran", async () => {
  const ends: (() => void)[] = [];
  let runs = 0;
  const ask = oneAtATime(
    () =>
      new Promise((resolve) => {
        runs += 1;
        ends.push(resolve);
      }),
  );
  const first = ask();
  const [second, third] = [ask(), ask()];
  expect(runs).toBe(1);
  ends[0]?.();
  await first;
  // Asked after the first ended and before the second began: that one still begins after the question.
  const fourth = ask();
  await new Promise((resolve) => setImmediate(resolve));
  expect(runs).toBe(2);
  ends[1]?.();
  await Promise.all([second, third, fourth]);
  expect(runs).toBe(2);
});

it("goes on after a run that failed, and tells only those who asked for that one", async () => {
  let runs = 0;
  const ask = oneAtATime(async () => {
    runs += 1;
    if (runs === 1) throw new Error("no");
  });
  const [first, second] = [ask(), ask()];
  await expect(first).rejects.toThrow("no");
  await expect(second).resolves.toBeUndefined();
});
