const dayMs = 86_400_000;

/** The day `days` working days (Monday to Friday) after `from`; both written as ISO 8601 days. Carriers count transit so. */
export function addBusinessDays(from: string, days: number): string {
  let day = new Date(`${from}T00:00:00Z`);
  for (let left = days; left > 0;) {
    day = new Date(day.getTime() + dayMs);
    if (day.getUTCDay() !== 0 && day.getUTCDay() !== 6) left -= 1;
  }
  return day.toISOString().slice(0, 10);
}
