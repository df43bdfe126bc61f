const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  // Sweden writes days as ISO 8601 does.
  const made = new Intl.DateTimeFormat("sv-SE", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" });
  formats.set(timeZone, made);
  return made;
}

/** The day it is where the business is, YYYY-MM-DD: what prices begin and end by. Throws a RangeError for a zone nobody knows. */
export const businessDay = (now: Date, timeZone = "UTC"): string =>
  timeZone === "UTC" ? now.toISOString().slice(0, 10) : formatOf(timeZone).format(now);
