/** The day it was when somebody last asked, for as long as that minute lasts: no day begins within one. */
interface Zone {
  readonly dayOf: (now: Date) => string;
  minute: number;
  day: string;
}
const MINUTE_MS = 60_000;
const zones = new Map<string, Zone>();

function dayIn(timeZone: string): Zone["dayOf"] {
  if (timeZone === "UTC") return (now) => now.toISOString().slice(0, 10);
  // Sweden writes days as ISO 8601 does.
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" });
  return (now) => format.format(now);
}

function zoneOf(timeZone: string): Zone {
  const known = zones.get(timeZone);
  if (known) return known;
  const made = { dayOf: dayIn(timeZone), minute: Number.NaN, day: "" };
  zones.set(timeZone, made);
  return made;
}

/** The day it is where the business is, YYYY-MM-DD: what prices begin and end by. Throws a RangeError for a zone nobody knows. */
export function businessDay(now: Date, timeZone = "UTC"): string {
  const zone = zoneOf(timeZone);
  const minute = Math.floor(now.getTime() / MINUTE_MS);
  if (zone.minute !== minute) {
    zone.day = zone.dayOf(now);
    zone.minute = minute;
  }
  return zone.day;
}
