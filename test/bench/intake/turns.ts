import type { Contender, Judged, TurnOutcome } from "./scenario.ts";

/** How long and how often everybody has his turn. */
export interface Rounds {
  readonly rounds: number;
  readonly seconds: number;
  /** Before the first round: code is compiled, memory filled, plans made. */
  readonly warmUpSeconds: number;
}

/** What came of one who took turns: medians of his turns, and how his rate stood to the others' in the same rounds. */
export interface Taken extends TurnOutcome, Judged {
  readonly ratesByRound: readonly number[];
}

/** Of a turn, before anything is counted: connections fill up again after the others' turns. */
const LEAD_IN_SECONDS = 0.3;

/**
 * Lets them take turns in short rounds, the order reversed every other one. What a machine is worth changes within minutes, and with it what is measured of
 * one after the other; in a round of seconds all have the same machine.
 */
export async function takeTurns<Name extends string>(
  contenders: ReadonlyMap<Name, Contender>,
  { rounds, seconds, warmUpSeconds }: Rounds,
): Promise<ReadonlyMap<Name, Taken>> {
  const outcomes = new Map<Name, TurnOutcome[]>([...contenders.keys()].map((name) => [name, []]));
  for (const contender of contenders.values()) await contender.turn({ warmUpSeconds, seconds: 0.5 });
  for (let round = 0; round < rounds; round += 1) {
    const order = round % 2 === 0 ? [...contenders] : [...contenders].toReversed();
    for (const [name, contender] of order)
      outcomes.get(name)?.push(await contender.turn({ warmUpSeconds: LEAD_IN_SECONDS, seconds }));
  }
  const taken = new Map<Name, Taken>();
  for (const [name, contender] of contenders) {
    const turns = outcomes.get(name) ?? [];
    const medianOf = (what: keyof TurnOutcome) => median(turns.map((turn) => turn[what]));
    taken.set(name, {
      ...(await contender.judge()),
      perSecond: medianOf("perSecond"),
      nodeMs: medianOf("nodeMs"),
      postgresMs: medianOf("postgresMs"),
      walBytes: medianOf("walBytes"),
      ratesByRound: turns.map(({ perSecond }) => perSecond),
    });
  }
  return taken;
}

/** One's rate by another's, round by round: the median, the least and the most. */
export function ratios(
  one: Taken,
  other: Taken,
): { readonly median: number; readonly least: number; readonly most: number } {
  const each = one.ratesByRound.map((rate, round) => rate / (other.ratesByRound[round] ?? Number.NaN));
  return { median: median(each), least: Math.min(...each), most: Math.max(...each) };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return ((sorted[Math.floor((sorted.length - 1) / 2)] ?? 0) + (sorted[Math.ceil((sorted.length - 1) / 2)] ?? 0)) / 2;
}
