import fc from "fast-check";
import type { Action, ActionKind } from "./action.ts";
import { branchKinds, shortWork } from "./branch-work.ts";
import { cartKinds, waiting } from "./carts.ts";
import { days } from "./days.ts";
import { erpKinds } from "./erp.ts";
import { orderKinds, queueing } from "./orders.ts";
import { serviceDeskKinds } from "./service-desk.ts";
import { plenty, snapshots, statement, stockKinds, trickle } from "./stock.ts";

/** Everything that can happen in a trade. What the hub learns to do next is tested by adding it here. */
export const kinds: readonly ActionKind[] = [
  ...orderKinds,
  ...cartKinds,
  ...serviceDeskKinds,
  ...stockKinds,
  ...branchKinds,
  ...erpKinds,
  days(2),
];

/** What comes in at the doors, before anybody goes on with it. */
export const doorKinds: readonly ActionKind[] = [...orderKinds, ...cartKinds, ...serviceDeskKinds, ...stockKinds];

/** Where all want one item of which a little comes in at a time: who is served when, and what is kept for whom. */
export const queueKinds: readonly ActionKind[] = [queueing, trickle, ...cartKinds, ...serviceDeskKinds];

/** Where there is something to keep: for whom, until when, and who has it then. */
export const keepingKinds: readonly ActionKind[] = [plenty, waiting(6), ...cartKinds, ...orderKinds];

/** Where the owner tells much, and late, and badly. */
export const hearingKinds: readonly ActionKind[] = [queueing, snapshots(12), ...stockKinds];

/** Where much is not found, and counted before the day is over. */
export const countingKinds: readonly ActionKind[] = [queueing, trickle, shortWork, statement, days(8)];

export const anyAction = (from: readonly ActionKind[]): fc.Arbitrary<Action> => fc.oneof(...from);
