import type { BranchCalendar } from "./promising-rules.ts";

/** When a branch ships what is ordered now. `late`: why not today. */
export interface ShipDay {
  readonly shipsOn: string;
  readonly late: string | null;
}

const WEEK = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] as const;
const DAY_MS = 86_400_000;
/** A branch that is closed for longer than this is closed. */
const DAYS_MAX = 60;

/** The day and the time of day at the branch. */
function localTime(timeZone: string, now: Date): { day: string; time: string } {
  const parts = new Intl.DateTimeFormat("en-CA", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
  }).formatToParts(now);
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? "";
  return { day: `${part("year")}-${part("month")}-${part("day")}`, time: `${part("hour")}:${part("minute")}` };
}

const dayAfter = (day: string) => new Date(Date.parse(`${day}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10);

function isOpen({ workingDays, closedOn = [] }: BranchCalendar, day: string): boolean {
  const weekday = WEEK[new Date(`${day}T00:00:00Z`).getUTCDay()];
  return weekday !== undefined && workingDays.includes(weekday) && !closedOn.includes(day);
}

/** Today where the branch is open and its cut-off has not passed, by its own clock; else its next working day. */
export function shipDay(calendar: BranchCalendar, now: Date): ShipDay {
  const { day: today, time } = localTime(calendar.timeZone, now);
  const isOpenToday = isOpen(calendar, today);
  if (isOpenToday && time < calendar.cutOff) return { shipsOn: today, late: null };
  let day = dayAfter(today);
  for (let days = 1; days < DAYS_MAX && !isOpen(calendar, day); days += 1) day = dayAfter(day);
  return { shipsOn: day, late: isOpenToday ? `past its cut-off of ${calendar.cutOff}` : "closed today" };
}
