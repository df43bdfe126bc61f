import { instants } from "#processes";
import type { RunningSandbox } from "#main";
import type { Behaviour } from "#sandbox";
import type { Chance } from "./chance.ts";
import type { Ground } from "./ground.ts";

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const UP_MS = 30_000;
const REACHED_MS = 4_000;
const LONGER_MS = 60_000;

interface KillerOptions {
  readonly ground: Ground;
  readonly chance: Chance;
  readonly ms: number;
  readonly killsPostgres: boolean;
}

export interface Kills {
  readonly postgres: number;
  /** Instants no node died at, however often it was tried. */
  readonly missed: readonly string[];
}

/**
 * Ends nodes with -9 until the time is over: at each named instant in turn, at random moments, both at once, and the database below them. Goes on until
 * every instant had its turn, for a minute more at most: on a busy machine a node takes its time to come up.
 */
export async function kill({ ground, chance, ms, killsPostgres }: KillerOptions): Promise<Kills> {
  const { nodes } = ground;
  const started = Date.now();
  let postgres = 0;
  const missing = () => instants.filter((instant) => !nodes.some(({ endings }) => endings.includes(instant)));

  const at = async (instant: (typeof instants)[number]) => {
    const node = chance.pick(nodes);
    if (!(await node.up(UP_MS))) return;
    node.arm({ instant, nth: chance.whole(1, 12) });
    if (!(await node.ended(REACHED_MS))) node.arm({ instant, nth: 1 });
    await node.ended(REACHED_MS);
  };
  const database = async () => {
    postgres += 1;
    await ground.killPostgres();
  };
  const steps = [
    ...instants.slice(0, 2).map((instant) => () => at(instant)),
    async () => chance.pick(nodes).kill(),
    ...(killsPostgres ? [database] : []),
    ...instants.slice(2).map((instant) => () => at(instant)),
    async () => nodes.forEach((node) => node.kill()),
  ];

  for (let turn = 0; ; turn += 1) {
    const elapsedMs = Date.now() - started;
    const isOver = elapsedMs >= ms;
    if ((isOver && missing().length === 0) || elapsedMs >= ms + LONGER_MS) break;
    const [late] = missing();
    await (isOver && late ? at(late) : steps[turn % steps.length]?.());
    await pause(chance.between(100, 900));
  }
  return { postgres, missed: missing() };
}

const badWay = { duplicate: 0.2, drop: 0.1, reorder: 0.3 };

const mishaps: readonly ((chance: Chance) => Behaviour)[] = [
  (chance) => ({ failAfterEffect: { count: chance.whole(1, 4), how: chance.pick(["error", "drop", "hang"]) } }),
  (chance) => ({ failAfterEffect: { count: chance.whole(1, 4), how: "drop" } }),
  (chance) => ({ failNext: { count: chance.whole(1, 5), status: chance.pick([500, 502, 503]) } }),
  () => ({ mode: "hang" }),
  () => ({ mode: "down" }),
  () => ({ mode: "slow", delayMs: 500 }),
  () => ({ throttle: { perSecond: 5, retryAfter: 1 } }),
];

const told = async ({ url }: RunningSandbox["systems"][number], door: "behaviour" | "chaos", body: object) => {
  const response = await fetch(`${url}/control/${door}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`The sandbox refuses a mishap: ${await response.text()}`);
};

export interface Mishaps {
  readonly count: number;
  /** Everybody behaves again. */
  stop(): Promise<void>;
}

/** Counterparties have bad moments, one after the other, and their messages a bad way throughout. */
export function startMishaps({ systems }: Ground, chance: Chance): Mishaps {
  let count = 0;
  const over = new AbortController();
  const run = async () => {
    for (const system of systems) await told(system, "chaos", badWay);
    while (!over.signal.aborted) {
      const system = chance.pick(systems);
      await told(system, "behaviour", chance.pick(mishaps)(chance));
      count += 1;
      await pause(chance.between(300, 1_500));
      await told(system, "behaviour", {});
      await pause(chance.between(0, 500));
    }
    for (const system of systems) await Promise.all([told(system, "behaviour", {}), told(system, "chaos", {})]);
  };
  const running = run();
  return {
    get count() {
      return count;
    },
    stop() {
      over.abort();
      return running;
    },
  };
}
