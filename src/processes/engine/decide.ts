import { TimerElapsed } from "#contracts";
import type { Reaction } from "./process.ts";
import { targetOf, type CompiledProcess } from "./table.ts";

/** What a fact does to an instance. `because` is a sentence for the timeline. */
export type Decision =
  | {
      readonly outcome: "moved";
      readonly to: string;
      /** The row says `stay`: state and hour of entry remain, the reactions are run. */
      readonly stays: boolean;
      readonly reactions: readonly Reaction[];
    }
  | { readonly outcome: "ignored"; readonly because: string }
  | { readonly outcome: "held"; readonly because: string }
  | { readonly outcome: "overdue"; readonly because: string };

/** No instance yet: only a starting event can begin one. */
export const notBegun = null;

const listed = (states: readonly string[]): string => states.map((state) => `"${state}"`).join(", ");

function begin(process: CompiledProcess, type: string): Decision {
  if (process.startTypes.has(type)) {
    const row = process.row(process.initial, type);
    if (!row) return { outcome: "moved", to: process.initial, stays: false, reactions: [] };
    return { outcome: "moved", to: targetOf(process.initial, row).to, stays: false, reactions: row.reactions };
  }
  const later = process.states.filter((state) => process.row(state, type));
  return later.length > 0
    ? { outcome: "held", because: `It came before the process began; ${listed(later)} will take it.` }
    : { outcome: "ignored", because: "The process has not begun, and no state of it would take this." };
}

/** What `type` does in `state`. Pure, total and quick: every cell of the table has exactly one answer. */
export function decide(process: CompiledProcess, state: string | typeof notBegun, type: string): Decision {
  if (state === notBegun) return begin(process, type);
  const row = process.row(state, type);
  if (row) return { outcome: "moved", ...targetOf(state, row), reactions: row.reactions };
  if (process.final.has(state))
    return { outcome: "ignored", because: `"${state}" is final; nothing more is expected.` };
  const override = process.override(state, type);
  if (override) return override;
  if (type === TimerElapsed.type) return { outcome: "overdue", because: `"${state}" lasts longer than it should.` };
  const later = process.reachableFrom(state).filter((other) => process.row(other, type));
  return later.length > 0
    ? { outcome: "held", because: `"${state}" has no use for it yet; ${listed(later)} will take it.` }
    : { outcome: "ignored", because: `Neither "${state}" nor any state that can still come has a use for it.` };
}

export interface Cell {
  readonly state: string | typeof notBegun;
  readonly event: string;
  readonly decision: Decision;
}

/** Every state x event of a table, for tests and documents. */
export function cells(process: CompiledProcess): readonly Cell[] {
  const types = [...process.events.map(({ type }) => type), TimerElapsed.type];
  const withTimer = (state: string | null, type: string) => state !== notBegun || type !== TimerElapsed.type;
  return [notBegun, ...process.states].flatMap((state) =>
    types
      .filter((type) => withTimer(state, type))
      .map((event) => ({ state, event, decision: decide(process, state, event) })),
  );
}
