import { connect } from "node:net";

/** What the client process is asked for: connections that each send the next request when theirs is answered, or so many requests a second. */
export interface Load {
  readonly port: number;
  /** Whole requests as they go over the wire; taken in turn. */
  readonly requests: readonly string[];
  readonly connections: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
  /** Evenly spaced; null: as fast as answers come. */
  readonly perSecond: number | null;
}

export interface Outcome {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly bytesEach: number;
}

const CONTENT_LENGTH = /content-length: (\d+)/i;

/** One kept-alive connection: as little as a client can do. */
function openConnection(port: number, onAnswer: (bytes: number) => void) {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  let head: Buffer | null = null;
  let missing = 0;
  let bytes = 0;
  socket.on("data", (chunk: Buffer) => {
    if (missing > 0) {
      missing -= chunk.length;
      if (missing <= 0) onAnswer(bytes);
      return;
    }
    const read = head ? Buffer.concat([head, chunk]) : chunk;
    const end = read.indexOf("\r\n\r\n");
    if (end < 0) {
      head = read;
      return;
    }
    head = null;
    const headers = read.toString("latin1", 0, end);
    if (!headers.startsWith("HTTP/1.1 200")) throw new Error(`Refused: ${read.toString("utf8").slice(0, 600)}`);
    bytes = Number(CONTENT_LENGTH.exec(headers)?.[1] ?? 0);
    missing = bytes - (read.length - end - 4);
    if (missing <= 0) onAnswer(bytes);
  });
  return { send: (request: string) => void socket.write(request), close: () => socket.destroy() };
}

async function run(load: Load): Promise<Outcome> {
  const { port, requests, connections, warmUpSeconds, seconds, perSecond } = load;
  const latenciesMs: number[] = [];
  const due: number[] = [];
  let next = 0;
  let bytesEach = 0;
  let isMeasuring = false;
  let isOver = false;
  const lanes = Array.from({ length: connections }, () => {
    let dueAt: number | null = null;
    const connection = openConnection(port, (bytes) => {
      if (isMeasuring && dueAt !== null) latenciesMs.push(performance.now() - dueAt);
      bytesEach = bytes;
      dueAt = null;
      more(lane);
    });
    const lane = {
      ...connection,
      isFree: () => dueAt === null,
      take(at: number) {
        dueAt = at;
        connection.send(requests[(next += 1) % requests.length] ?? "");
      },
    };
    return lane;
  });
  function more(lane: (typeof lanes)[number]): void {
    const at = perSecond === null ? performance.now() : due.shift();
    if (!isOver && at !== undefined) lane.take(at);
  }
  if (perSecond === null) for (const lane of lanes) more(lane);
  else {
    let dueAt = performance.now();
    setInterval(() => {
      for (; dueAt <= performance.now(); dueAt += 1_000 / perSecond) {
        due.push(dueAt);
        const free = lanes.find((lane) => lane.isFree());
        if (free) more(free);
      }
    }, 1);
  }
  /**
   * A reader asleep has to be woken by whoever writes to it. On a virtual machine that costs more than a small answer, and only the server pays that the
   * reader is waiting for: the slower one would be measured as slower still. So this one stays awake.
   */
  const stayAwake = (): void => void (isOver || setImmediate(stayAwake));
  if (perSecond === null) stayAwake();
  await new Promise((resolve) => setTimeout(resolve, warmUpSeconds * 1_000));
  isMeasuring = true;
  const startedAt = performance.now();
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
  isMeasuring = false;
  isOver = true;
  const took = (performance.now() - startedAt) / 1_000;
  for (const lane of lanes) lane.close();
  const sorted = latenciesMs.toSorted((a, b) => a - b);
  const quantile = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
  return { perSecond: sorted.length / took, p50Ms: quantile(0.5), p99Ms: quantile(0.99), bytesEach };
}

process.once("message", (load: Load) => {
  void run(load).then((outcome) => {
    process.send?.(outcome);
    process.disconnect();
    process.exit(0);
  });
});
