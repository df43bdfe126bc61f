/** What the benchmark tells a contender, a Node process of its own. */
export interface Task {
  readonly url: string;
  readonly processes: number;
}

/** What it answers when every process has ended. */
export interface Result {
  readonly seconds: number;
  readonly nodeCpuMs: number;
}

export interface Contender {
  /** Starts and finishes that many processes; ids must sort and be unique. */
  run(ids: readonly string[]): Promise<void>;
  stop(): Promise<void>;
}

export const idsFor = (count: number, prefix: string): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}_${String(index).padStart(8, "0")}`);

/** Prepares, warms up with a few processes, says so, waits for the word, runs, and tells how long it took. */
export function contend(prepare: (url: string) => Promise<Contender>): void {
  process.once("message", (task: Task) => {
    void (async () => {
      const contender = await prepare(task.url);
      await contender.run(idsFor(Math.min(200, task.processes), "warm"));
      process.send?.({ ready: true });
      await new Promise((resolve) => process.once("message", resolve));
      const cpuBefore = process.cpuUsage();
      const startedAt = performance.now();
      await contender.run(idsFor(task.processes, "run"));
      const seconds = (performance.now() - startedAt) / 1_000;
      const { user, system } = process.cpuUsage(cpuBefore);
      process.send?.({ seconds, nodeCpuMs: (user + system) / 1_000 } satisfies Result);
      await contender.stop();
      process.disconnect();
      process.exit(0);
    })().catch((error: unknown) => {
      console.error(error);
      process.exit(1);
    });
  });
}

/** In chunks, so many at a time. */
export async function eachChunk<Element>(
  list: readonly Element[],
  options: { readonly size: number; readonly atOnce: number },
  work: (chunk: readonly Element[]) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < list.length) {
      const chunk = list.slice(next, next + options.size);
      next += options.size;
      await work(chunk);
    }
  };
  await Promise.all(Array.from({ length: options.atOnce }, worker));
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
