import { connect } from "node:net";

/** What a client process asks, told once: connections that each send the next request when theirs is answered, or so many requests a second. */
export interface Load {
  /** Whole requests as they go over the wire; taken in turn. */
  readonly requests: readonly string[];
  readonly connections: number;
  /** Evenly spaced; null: as fast as answers come. */
  readonly perSecond: number | null;
}

/** Whom it asks them next, and for how long. */
export interface Turn {
  readonly port: number;
  readonly seconds: number;
}

export interface Outcome {
  readonly perSecond: number;
  /** Of each answer of the turn. */
  readonly latenciesMs: readonly number[];
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

/** Goes on from turn to turn: what was asked is asked again only when all was. */
let next = 0;

async function ask({ requests, connections, perSecond }: Load, { port, seconds }: Turn): Promise<Outcome> {
  const latenciesMs: number[] = [];
  const due: number[] = [];
  let bytesEach = 0;
  let isOver = false;
  const lanes = Array.from({ length: connections }, () => {
    let dueAt: number | null = null;
    const connection = openConnection(port, (bytes) => {
      if (!isOver && dueAt !== null) latenciesMs.push(performance.now() - dueAt);
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
  function sendWhatIsDue(rate: number): NodeJS.Timeout {
    let dueAt = performance.now();
    return setInterval(() => {
      for (; dueAt <= performance.now(); dueAt += 1_000 / rate) {
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
  const startedAt = performance.now();
  const sending = perSecond === null ? null : sendWhatIsDue(perSecond);
  if (sending === null) {
    for (const lane of lanes) more(lane);
    stayAwake();
  }
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
  isOver = true;
  const took = (performance.now() - startedAt) / 1_000;
  if (sending) clearInterval(sending);
  for (const lane of lanes) lane.close();
  return { perSecond: latenciesMs.length / took, latenciesMs, bytesEach };
}

process.once("message", (load: Load) => {
  process.on("message", (turn: Turn) => void ask(load, turn).then((outcome) => process.send?.(outcome)));
  process.send?.("ready");
});
process.once("disconnect", () => process.exit(0));
