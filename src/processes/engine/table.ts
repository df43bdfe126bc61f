import { TimerElapsed, type EventKind } from "#contracts";
import { durationMs } from "./duration.ts";
import { stay, type CellOverride, type Command, type Process, type Reaction, type Transition } from "./process.ts";

/** A process whose table was checked, with what `decide` looks up laid out beforehand. */
export interface CompiledProcess {
  readonly name: string;
  readonly process: Process;
  readonly initial: string;
  readonly final: ReadonlySet<string>;
  readonly states: readonly string[];
  /** The kinds of event it listens to, the timer aside. */
  readonly events: readonly EventKind[];
  readonly startTypes: ReadonlySet<string>;
  readonly patienceMs: ReadonlyMap<string, number>;
  readonly commands: ReadonlyMap<string, Command>;
  row(state: string, type: string): Transition | undefined;
  /** States that may still come, in the order of the table. */
  reachableFrom(state: string): readonly string[];
  override(state: string, type: string): { readonly outcome: "held" | "ignored"; readonly because: string } | undefined;
}

/** A table with holes. All faults are told at once. */
export class ProcessTableError extends Error {
  override readonly name = "ProcessTableError";
  readonly faults: readonly string[];
  constructor(process: string, faults: readonly string[]) {
    super(`The process "${process}" cannot work:\n${faults.map((fault) => `- ${fault}`).join("\n")}`);
    this.faults = faults;
  }
}

type Rows = ReadonlyMap<string, ReadonlyMap<string, Transition>>;

function rowsByCell(process: Process, faults: string[]): Rows {
  const rows = new Map<string, Map<string, Transition>>();
  for (const transition of process.transitions) {
    for (const state of transition.from) {
      const ofState = rows.get(state) ?? new Map<string, Transition>();
      rows.set(state, ofState);
      if (ofState.has(transition.event.type)) faults.push(`"${state}" has two rows for ${transition.event.name}.`);
      ofState.set(transition.event.type, transition);
    }
  }
  return rows;
}

const target = (state: string, { to }: Transition): string => (typeof to === "symbol" ? state : to);

function statesOf(process: Process): string[] {
  const mentioned = process.transitions.flatMap(({ from, to }) => [...from, ...(typeof to === "symbol" ? [] : [to])]);
  return [...new Set([process.initial, ...mentioned, ...Object.keys(process.patience), ...process.final])];
}

/** For each state, the states at least one move away. */
function closure(states: readonly string[], rows: Rows): ReadonlyMap<string, readonly string[]> {
  const next = (state: string) => [...(rows.get(state)?.values() ?? [])].map((row) => target(state, row));
  return new Map(
    states.map((start) => {
      const seen = new Set<string>();
      const ahead = next(start);
      for (let state = ahead.pop(); state !== undefined; state = ahead.pop()) {
        if (!seen.has(state)) ahead.push(...next(state));
        seen.add(state);
      }
      return [start, states.filter((state) => seen.has(state))];
    }),
  );
}

function wayFaults(process: Process, states: readonly string[], rows: Rows): string[] {
  const reachable = closure(states, rows);
  const from = (state: string) => reachable.get(state) ?? [];
  const faults: string[] = [];
  for (const state of states) {
    const isFinal = process.final.includes(state);
    if (state !== process.initial && !from(process.initial).includes(state))
      faults.push(`"${state}" cannot be reached from "${process.initial}".`);
    if (isFinal && rows.has(state)) faults.push(`"${state}" is final and has a row that leaves or answers it.`);
    if (isFinal) continue;
    if (!rows.has(state)) faults.push(`"${state}" is a dead end: it is not final and no row leaves it.`);
    else if (!from(state).some((later) => process.final.includes(later)))
      faults.push(`"${state}" never ends: no final state can be reached from it.`);
  }
  return faults;
}

function patienceFaults(process: Process, states: readonly string[]): string[] {
  return states.flatMap((state) => {
    const patience = process.patience[state];
    if (process.final.includes(state))
      return patience === undefined ? [] : [`"${state}" is final and needs no patience.`];
    if (patience === undefined) return [`"${state}" has no patience: say how long it may last.`];
    return Number.isNaN(durationMs(patience)) ? [`"${state}" has a patience nobody can read: ${patience}.`] : [];
  });
}

const statesIn = (override: CellOverride): readonly string[] =>
  typeof override.in === "string" ? [override.in] : override.in;

function overrideFaults(process: Process, states: readonly string[], rows: Rows): string[] {
  return [...(process.held ?? []), ...(process.ignored ?? [])].flatMap((override) =>
    statesIn(override).flatMap((state) => {
      const cell = `${override.event.name} in "${state}"`;
      if (!states.includes(state)) return [`${cell} is overridden, but there is no such state.`];
      if (rows.get(state)?.has(override.event.type)) return [`${cell} has a row and an override.`];
      return override.because.trim() === "" ? [`${cell} is overridden without saying why.`] : [];
    }),
  );
}

/** A command is found again by its name, effects are gathered by theirs: one name, one thing. */
function nameFaults(reactions: readonly Reaction[]): string[] {
  const named = new Map<string, Reaction>();
  return reactions.flatMap((reaction) => {
    const other = named.get(reaction.name) ?? reaction;
    named.set(reaction.name, other);
    return other === reaction ? [] : [`Two different reactions are called "${reaction.name}".`];
  });
}

function overridesByCell(process: Process) {
  const overrides = new Map<string, { outcome: "held" | "ignored"; because: string }>();
  for (const outcome of ["held", "ignored"] as const)
    for (const override of process[outcome] ?? [])
      for (const state of statesIn(override))
        overrides.set(`${state}\n${override.event.type}`, { outcome, because: override.because });
  return overrides;
}

/** Checks a table and lays it out. Throws a `ProcessTableError` with everything that is wrong. */
export function compileProcess(process: Process): CompiledProcess {
  const faults: string[] = [];
  const rows = rowsByCell(process, faults);
  const states = statesOf(process);
  const reactions = process.transitions.flatMap((transition) => transition.reactions);
  if (process.starts.length === 0) faults.push("Nothing starts it.");
  if (process.final.length === 0) faults.push("It has no final state.");
  faults.push(...wayFaults(process, states, rows), ...patienceFaults(process, states));
  faults.push(...overrideFaults(process, states, rows), ...nameFaults(reactions));
  if (faults.length > 0) throw new ProcessTableError(process.name, faults);

  const kinds = [...process.starts, ...process.transitions.map(({ event }) => event)];
  const kindOf = new Map(kinds.map((kind) => [kind.type, kind]));
  kindOf.delete(TimerElapsed.type);
  const reachable = closure(states, rows);
  const overrides = overridesByCell(process);
  return {
    name: process.name,
    process,
    initial: process.initial,
    final: new Set(process.final),
    states,
    events: [...kindOf.values()],
    startTypes: new Set(process.starts.map(({ type }) => type)),
    patienceMs: new Map(Object.entries(process.patience).map(([state, text]) => [state, durationMs(text ?? "")])),
    commands: new Map(
      reactions.flatMap((reaction) => (reaction.kind === "command" ? [[reaction.name, reaction]] : [])),
    ),
    row: (state, type) => rows.get(state)?.get(type),
    reachableFrom: (state) => reachable.get(state) ?? [],
    override: (state, type) => overrides.get(`${state}\n${type}`),
  };
}

/** The state a row leads to from here, and whether it is another one. */
export const targetOf = (state: string, transition: Transition): { readonly to: string; readonly stays: boolean } => ({
  to: target(state, transition),
  stays: transition.to === stay,
});
