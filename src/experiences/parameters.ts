import { CrossdockError } from "#contracts";
import type { Caller } from "#governance";
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

export function found<Thing>(thing: Thing | null, what: string): Thing {
  if (thing === null) throw new CrossdockError("not-found", `There is no ${what}.`);
  return thing;
}
