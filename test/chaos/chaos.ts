import { sandboxData } from "#sandbox";
import { createChance } from "./chance.ts";
import { layGround, type Ground } from "./ground.ts";
import type { Ending } from "./hub-node.ts";
import { judge, rest, type Verdict } from "./judge.ts";
import { startLoad } from "./load.ts";
import { kill, startMishaps } from "./mischief.ts";
import { createOrderDraws } from "./orders.ts";

export interface ChaosOptions {
  readonly seconds: number;
  readonly seed: number;
  /** How many times faster than life the counterparties work. */
  readonly timeScale: number;
  readonly ordersPerSecond: number;
  readonly killsPostgres: boolean;
  readonly restWithinMs: number;
  readonly tell?: (text: string) => void;
  /** Handed out as soon as there is something to clear, for whoever is told to stop meanwhile. */
  readonly began?: (ground: Ground) => void;
}

export interface ChaosReport extends Verdict {
  readonly seed: number;
  readonly accepted: number;
  readonly placed: number;
  readonly cancelsAsked: number;
  readonly sentAgain: number;
  readonly mishaps: number;
  /** How often nodes ended, by what ended them. */
  readonly endings: Readonly<Partial<Record<Ending, number>>>;
  readonly postgresKills: number;
  readonly restarts: number;
  readonly restMs: number;
  /** Where databases and logs were left, when there is something to look into. */
  readonly folder: string | null;
}

/** One run: two nodes on one Postgres against the sandbox, under load and under fire; then rest; then judgement. */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { seed, seconds, tell = () => {} } = options;
  const chance = createChance(seed);
  const ground = await layGround({ seed, timeScale: options.timeScale });
  options.began?.(ground);
  let isClean = false;
  try {
    tell("Postgres, sandbox and two nodes are up; orders come in.");
    const data = sandboxData({ seed, openedOn: new Date().toISOString().slice(0, 10) });
    const load = startLoad({
      ground,
      draws: createOrderDraws(data, createChance(seed + 1)),
      chance: createChance(seed + 2),
      ordersPerSecond: options.ordersPerSecond,
    });
    const mishaps = startMishaps(ground, createChance(seed + 3));
    const kills = await kill({ ground, chance, ms: seconds * 1000, killsPostgres: options.killsPostgres });
    tell("The fire ceases; what was begun is finished.");
    await mishaps.stop();
    await load.stop();
    const { ms: restMs, left } = await rest(ground, options.restWithinMs);
    const verdict = await judge(ground, load);

    const endings: Partial<Record<Ending, number>> = {};
    for (const ending of ground.nodes.flatMap((node) => node.endings)) endings[ending] = (endings[ending] ?? 0) + 1;
    const violations = [
      ...verdict.violations,
      ...left.map((what) => `not at rest: ${what}`),
      ...kills.missed.map((instant) => `no node could be killed at ${instant}`),
      ...(endings["by itself"] ? [`a node ended by itself ${endings["by itself"]} times`] : []),
    ];
    isClean = violations.length === 0;
    return {
      ...verdict,
      violations,
      seed,
      accepted: load.accepted.size,
      placed: load.placed.size,
      cancelsAsked: load.cancelsAsked,
      sentAgain: load.sentAgain,
      mishaps: mishaps.count,
      endings,
      postgresKills: kills.postgres,
      restarts: ground.nodes.reduce((sum, { restarts }) => sum + restarts, 0),
      restMs,
      folder: isClean ? null : ground.folder,
    };
  } finally {
    await ground.clear(!isClean);
  }
}
