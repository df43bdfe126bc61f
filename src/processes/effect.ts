import type { DomainEffect } from "#domains";
import type { Effect } from "./engine/index.ts";

/** Gives a domain's set-based function the name under which it stands in tables and diagrams. */
export const effect = <Data>(name: string, run: DomainEffect<Data>): Effect<Data> => ({ kind: "effect", name, run });
