import { TimerElapsed, type LoggedEvent } from "#contracts";

/** Reads one text field of an event's data, or nothing where it has none. */
export function fieldOf(event: LoggedEvent, field: string): string | null {
  const { data } = event;
  if (typeof data !== "object" || data === null || !(field in data)) return null;
  const value: unknown = Reflect.get(data, field);
  return typeof value === "string" ? value : null;
}

/** An event concerns the instance its data names; a timer says so itself. */
export const subjectNamed =
  (field: string) =>
  (event: LoggedEvent): string | null =>
    event.type === TimerElapsed.type ? fieldOf(event, "instanceId") : fieldOf(event, field);
