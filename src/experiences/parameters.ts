import { CrossdockError } from "#contracts";
import type { Caller } from "#governance";
import type { FastifyReply, FastifyRequest } from "fastify";
import { Type } from "typebox";

/** What every change by hand says for the audit trail. */
export const Reason = Type.String({ minLength: 3, maxLength: 500, description: "Why, for the audit trail." });
export const ReasonBody = Type.Object({ reason: Reason }, { additionalProperties: false });

export const Done = Type.Object({ done: Type.Literal(true) }, { additionalProperties: false });

/** The gate let the request through, so there is a caller; the compiler cannot know. */
export function callerOf(request: { readonly caller: Caller | null }): string {
  if (request.caller) return request.caller.name;
  throw new CrossdockError("unauthenticated", "There is no caller.");
}

/** Who asked is gone, or the hub stops: nobody works on for him. */
export function calledOff(request: Pick<FastifyRequest, "server">, reply: Pick<FastifyReply, "raw">): AbortSignal {
  const gone = new AbortController();
  reply.raw.on("close", () => gone.abort());
  return AbortSignal.any([gone.signal, request.server.stopping]);
}

export function found<Thing>(thing: Thing | null, what: string): Thing {
  if (thing === null) throw new CrossdockError("not-found", `There is no ${what}.`);
  return thing;
}

/** Whether an instant that looks like one is on the calendar; JavaScript takes the 31st of February for the 3rd of March. */
export function isOnCalendar(instant: string): boolean {
  const day = new Date(`${instant.slice(0, 10)}T00:00:00Z`);
  const isDay = !Number.isNaN(day.getTime()) && day.toISOString().startsWith(instant.slice(0, 10));
  return isDay && !Number.isNaN(Date.parse(instant));
}
