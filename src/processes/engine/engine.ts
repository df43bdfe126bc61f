import type { EventLog, EventRoute } from "#events";
import type { Clock, Database, Ids, Log, Membership, Waker } from "#platform";
import { createAdvance } from "./advance.ts";
import { createBell, type Bell } from "./bell.ts";
import { createCommandRunner, type CommandRunner, type EngineLanes } from "./commands.ts";
import type { AtInstant } from "./instants.ts";
import type { Process } from "./process.ts";
import { compileProcess, type CompiledProcess } from "./table.ts";
import { takeOver } from "./take-over.ts";
import { explain } from "./trouble.ts";

export interface EngineOptions {
  readonly database: Database;
  readonly eventLog: EventLog;
  readonly processes: readonly Process[];
  readonly clock: Clock;
  readonly ids: Ids;
  /** 0 to 1; spreads retries and keeps nodes out of each other's way. */
  readonly random: () => number;
  readonly node: Pick<Membership, "number">;
  readonly lanes: EngineLanes;
  readonly log: Log;
  readonly waker: Waker;
  /** Loops that advance at the same time; while some wait for Postgres one decides. Default 3. */
  readonly advancers?: number;
  /** Facts a transaction takes at most. Default 500. */
  readonly factsMax?: number;
  /** How often a transaction goes round before it commits and the rest goes by the inbox. Default 100. */
  readonly roundsMax?: number;
  /** Looks by itself so often, should a wake-up get lost. Default 1000. */
  readonly pollMs?: number;
  /** How long `stop` waits for commands under way before it aborts them. Default 10,000. */
  readonly drainMs?: number;
  /** For chaos tests: called at the named instants. */
  readonly at?: AtInstant;
}

export interface Engine {
  start(): void;
  stop(): Promise<void>;
  /** Works until inbox and due commands are empty; for tests and tools. Do not mix with `start`. */
  runToRest(): Promise<void>;
}

const HOUSEKEEPING_MS = 300;
const LANE_POLL_MS = 25;
const TROUBLE_PAUSE_MS = 500;
const ABORTED_WAIT_MS = 1_000;

export const compileAll = (processes: readonly Process[]): ReadonlyMap<string, CompiledProcess> =>
  new Map(processes.map((process) => [process.name, compileProcess(process)]));

/** What the event log must know to lay facts into the inbox. */
export const routesOf = (processes: readonly Process[]): readonly EventRoute[] =>
  processes.flatMap((process) =>
    compileProcess(process).events.map(({ type }) => ({
      process: process.name,
      type,
      instanceOf: (event) => process.instanceOf(event),
    })),
  );

/** Trouble with the database is waited out. */
async function repeatUntil(
  stop: AbortSignal,
  { clock, log }: Pick<EngineOptions, "clock" | "log">,
  what: string,
  once: () => Promise<void>,
): Promise<void> {
  while (!stop.aborted) {
    try {
      await once();
    } catch (error) {
      log.warn({ err: error }, `${what} is interrupted: ${explain(error)}`);
      await clock.sleep(TROUBLE_PAUSE_MS, stop);
    }
  }
}

async function commandsIdle(commands: CommandRunner, clock: Clock, withinMs: number): Promise<void> {
  const idle = new AbortController();
  await Promise.race([commands.idle(), clock.sleep(withinMs, idle.signal)]);
  idle.abort();
}

export function createEngine(options: EngineOptions): Engine {
  const { clock, node, waker, pollMs = 1_000, advancers = 3, drainMs = 10_000 } = options;
  const sleep = (ms: number, signal: AbortSignal) => clock.sleep(ms, signal);
  const commandBell = createBell(sleep);
  const factBells = Array.from({ length: advancers }, () => createBell(sleep));
  const processes = compileAll(options.processes);
  const at = options.at ?? (() => {});
  const shared = { ...options, processes, at, node: () => node.number() };
  const advance = createAdvance({
    ...shared,
    factsMax: options.factsMax ?? 500,
    roundsMax: options.roundsMax ?? 100,
    plenty: () => {
      for (const bell of factBells) bell.ring();
    },
    issued: () => {
      commandBell.ring();
      waker.notify();
    },
  });
  const commands = createCommandRunner({ ...shared, ended: () => commandBell.ring() });
  const stopping = new AbortController();
  const loops: Promise<void>[] = [];

  const repeat = (what: string, once: () => Promise<void>) =>
    loops.push(repeatUntil(stopping.signal, options, what, once));
  const advanceOrWait = async (bell: Bell) => {
    if (!(await advance())) await bell.wait(pollMs);
  };
  const performOrWait = async () => {
    const found = await commands.begin();
    if (found !== "began") await commandBell.wait(found === "full" ? LANE_POLL_MS : Math.min(pollMs, HOUSEKEEPING_MS));
  };
  /** One is enough to begin with; it rings for the others when there is plenty. */
  const ring = () => {
    (factBells.find((bell) => bell.isAwaited()) ?? factBells[0])?.ring();
    commandBell.ring();
  };
  const keepHouse = async () => {
    const found = [await takeOver(shared), await commands.giveUpExpired()];
    if (found.includes(true)) commandBell.ring();
    await clock.sleep(HOUSEKEEPING_MS, stopping.signal);
  };

  return {
    start() {
      for (const bell of factBells) repeat("Advancing processes", () => advanceOrWait(bell));
      repeat("Performing commands", performOrWait);
      repeat("Looking after other nodes", keepHouse);
      const news = waker.listener();
      repeat("Listening", () => news.wait(pollMs, stopping.signal).then(ring));
    },
    async stop() {
      stopping.abort();
      for (const bell of [...factBells, commandBell]) bell.ring();
      await Promise.all(loops.splice(0));
      await commandsIdle(commands, clock, drainMs);
      if (commands.running() === 0) return;
      commands.abort();
      await commandsIdle(commands, clock, ABORTED_WAIT_MS);
    },
    async runToRest() {
      for (;;) {
        if (await advance()) continue;
        const began = (await commands.begin()) === "began";
        const gaveUp = await commands.giveUpExpired();
        await commands.idle();
        if (!began && !gaveUp && !(await advance())) return;
      }
    },
  };
}
