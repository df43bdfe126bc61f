import { inRounds, median } from "../rounds.ts";
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
  readonly worstP99Ms: number;
  readonly ratesByRound: readonly number[];
}

/** Of a turn, before anything is counted: connections fill up again after the others' turns. */
const LEAD_IN_SECONDS = 0.3;

/** All are warm before anybody is measured. */
export async function takeTurns<Name extends string>(
  contenders: ReadonlyMap<Name, Contender>,
  { rounds, seconds, warmUpSeconds }: Rounds,
): Promise<ReadonlyMap<Name, Taken>> {
  for (const contender of contenders.values()) await contender.turn({ warmUpSeconds, seconds: 0.5 });
  const outcomes = await inRounds([...contenders], rounds, ([, contender]) =>
    contender.turn({ warmUpSeconds: LEAD_IN_SECONDS, seconds }),
  );
  const taken = new Map<Name, Taken>();
  for (const [[name, contender], turns] of outcomes) {
    const medianOf = (what: keyof TurnOutcome) => median(turns.map((turn) => turn[what]));
    taken.set(name, {
      ...(await contender.judge()),
      perSecond: medianOf("perSecond"),
      nodeMs: medianOf("nodeMs"),
      postgresMs: medianOf("postgresMs"),
      walBytes: medianOf("walBytes"),
      p50Ms: medianOf("p50Ms"),
      p99Ms: medianOf("p99Ms"),
      worstP99Ms: Math.max(...turns.map(({ p99Ms }) => p99Ms)),
      stolen: medianOf("stolen"),
      ratesByRound: turns.map(({ perSecond }) => perSecond),
    });
  }
  return taken;
}
