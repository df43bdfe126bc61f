/** `"30s"`, `"10m"`, `"4h"`, `"5d"`: how long, as people write it. */
export type Duration = `${number}${"ms" | "s" | "m" | "h" | "d"}`;

const unitsMs = new Map([
  ["ms", 1],
  ["s", 1_000],
  ["m", 60_000],
  ["h", 3_600_000],
  ["d", 86_400_000],
]);

/** Milliseconds; NaN for what is no duration above zero. */
export function durationMs(text: string): number {
  const [, amount, unit = ""] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text) ?? [];
  const ms = Number(amount) * (unitsMs.get(unit) ?? Number.NaN);
  return ms > 0 ? ms : Number.NaN;
}
