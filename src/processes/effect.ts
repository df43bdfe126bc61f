import { lockForEffects, type DomainEffect, type Lockable } from "#domains";
import type { Effect } from "./engine/index.ts";

/** Gives a domain's set-based function the name under which it stands in tables and diagrams. */
export const effect = <Data>(name: string, run: DomainEffect<Data>): Effect<Data> => ({ kind: "effect", name, run });

/** One that locks orders, and what else is said, perhaps by what happened. */
export const orderEffect = <Data extends { readonly salesOrderId: string }>(
  name: string,
  run: DomainEffect<Data>,
  also: readonly Lockable[] | ((data: Data) => readonly Lockable[]) = [],
): Effect<Data> => ({
  ...effect(name, run),
  locks: {
    take: lockForEffects,
    wanted: ({ event: { data } }) => ({
      salesOrderId: data.salesOrderId,
      also: typeof also === "function" ? also(data) : also,
    }),
  },
});
