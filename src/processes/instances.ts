import { TimerElapsed, type LoggedEvent } from "#contracts";

/** Reads one text field of an event's data, or nothing where it has none. */
export function fieldOf(event: LoggedEvent, field: string): string | null {
  const { data } = event;
  if (typeof data !== "object" || data === null || !(field in data)) return null;
  const value: unknown = Reflect.get(data, field);
  return typeof value === "string" ? value : null;
}

/** An event concerns the instance its data names; a timer names the process too, and concerns no other. */
export const instancesNamed =
  (process: string, field: string) =>
  (event: LoggedEvent): string | null => {
    if (event.type !== TimerElapsed.type) return fieldOf(event, field);
    return fieldOf(event, "process") === process ? fieldOf(event, "instanceId") : null;
  };
