import { CrossdockError } from "#contracts";

/** What a clock on the wall there shows at an instant, as if it were UTC. */
function wallClock(instantMs: number, timeZone: string): number {
  const shown = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "medium" }).format(
    instantMs,
  );
  return Date.parse(`${shown.replace(" ", "T")}Z`);
}

/**
 * The instant of a local time ("2026-11-23 14:05:00") in an IANA zone. In the hour that comes twice in autumn it is the first of the two; in the hour
 * that does not come in spring, the time an hour later. Throws "invalid-document" for a zone nobody knows.
 */
export function instantOf(localTime: string, timeZone: string): string {
  const asUtc = Date.parse(`${localTime.replace(" ", "T")}Z`);
  try {
    const offsets = [asUtc - 86_400_000, asUtc + 86_400_000].map((ms) => wallClock(ms, timeZone) - ms);
    const candidates = offsets.map((offset) => asUtc - offset);
    const fitting = candidates.filter((ms) => wallClock(ms, timeZone) === asUtc);
    return new Date(Math.min(...(fitting.length > 0 ? fitting : candidates.slice(0, 1)))).toISOString();
  } catch (cause) {
    throw new CrossdockError("invalid-document", `Anchor sent the time zone "${timeZone}", which nobody knows.`, {
      cause,
      faults: [{ path: "/zone", expected: "an IANA time zone", found: timeZone }],
    });
  }
}
