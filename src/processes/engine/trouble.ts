import { isContention } from "#platform";
import { LostRace } from "./store.ts";

const codeOf = (error: unknown): string => {
  const code: unknown = Reflect.get(Object(error), "code");
  return typeof code === "string" ? code : "";
};

/** Lost against a neighbour: the same work, tried again, may well succeed. Also an event with an id of its own that somebody just wrote. */
export const isLostRace = (error: unknown): boolean =>
  error instanceof LostRace ||
  isContention(error) ||
  (codeOf(error) === "23505" && Reflect.get(Object(error), "constraint") === "events_id");

/** The database is gone, full or shutting down: nobody's fact is to blame. Classes 08, 53, 57 and 58, and what the driver says of a lost socket. */
export const isDatabaseTrouble = (error: unknown): boolean =>
  /^(08|53|57|58)/.test(codeOf(error)) ||
  /^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND)/.test(codeOf(error)) ||
  (error instanceof Error &&
    /connection (terminated|ended)|timeout exceeded when trying to connect|not queryable/i.test(error.message));

export const explain = (error: unknown): string => (error instanceof Error ? error.message : String(error));
