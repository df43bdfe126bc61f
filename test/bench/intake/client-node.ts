import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { bodiesOf } from "./drafts.ts";

/** What the client process is asked for: so many connections that each send the next order when theirs is answered, or so many orders a second. */
export interface Load {
  readonly ports: readonly number[];
  readonly token: string;
  readonly connections: number;
  /** Arrivals by chance (Poisson) at this rate; null: as fast as answers come. */
  readonly perSecond: number | null;
  readonly prefix: string;
  readonly isHot: boolean;
}

/** One turn under that load: what is answered in the first seconds is not counted. */
export interface Turn {
  readonly warmUpSeconds: number;
  readonly seconds: number;
}

/** What it hears after the load: a turn, or that no more will come. */
export type ClientHears = Turn | "judge";

/** Told when the warm-up of a turn is over, so that costs are read at that moment, when it is done, and when everything sent is answered. */
export type ClientSays =
  | { readonly is: "warm" }
  | {
      readonly is: "done";
      readonly answered: number;
      readonly seconds: number;
      readonly p50Ms: number;
      readonly p99Ms: number;
    }
  | { readonly is: "settled" }
  | {
      readonly is: "judged";
      readonly acknowledged: readonly string[];
      readonly refused: Record<string, number>;
    };

const say = (says: ClientSays) => process.send?.(says);

const CONTENT_LENGTH = /content-length: (\d+)/i;

/** One kept-alive connection that sends a request and calls back with the answer's status: as little as a client can do. */
function openConnection(port: number, token: string, onAnswer: (status: number) => void) {
  let socket = opened();
  const head = `POST /v1/sales-orders HTTP/1.1\r\nhost: hub\r\nauthorization: Bearer ${token}\r\ncontent-type: application/json\r\ncontent-length: `;
  let pending: Buffer | null = null;
  let missing = 0;
  let status = 0;
  function read(chunk: Buffer): void {
    if (missing > 0) {
      missing -= chunk.length;
      if (missing <= 0) onAnswer(status);
      return;
    }
    const bytes = pending ? Buffer.concat([pending, chunk]) : chunk;
    const end = bytes.indexOf("\r\n\r\n");
    if (end < 0) {
      pending = bytes;
      return;
    }
    pending = null;
    const headers = bytes.toString("latin1", 0, end);
    status = Number(headers.slice(9, 12));
    missing = Number(CONTENT_LENGTH.exec(headers)?.[1] ?? 0) - (bytes.length - end - 4);
    if (missing <= 0) onAnswer(status);
  }
  function opened(): Socket {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    socket.on("data", read);
    socket.on("error", (error) => {
      console.error(error);
      process.exit(1);
    });
    return socket;
  }
  return {
    send(body: string) {
      // The server closes what nobody has used for a while; a write would vanish.
      if (socket.destroyed) socket = opened();
      socket.write(`${head}${Buffer.byteLength(body)}\r\n\r\n${body}`);
    },
  };
}

interface Sent {
  readonly number: number;
  readonly atMs: number;
}

function quantilesOf(values: readonly number[]): (part: number) => number {
  const sorted = values.toSorted((a, b) => a - b);
  return (part) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}

function openLoad({ ports, token, connections, perSecond, prefix, isHot }: Load) {
  const body = bodiesOf(prefix, isHot);
  const acknowledged: string[] = [];
  const refused: Record<string, number> = {};
  let latenciesMs: number[] = [];
  const due: Sent[] = [];
  let next = 0;
  let isMeasuring = false;
  let isOver = true;
  let busy = 0;

  const lanes = Array.from({ length: connections }, (_, index) => {
    let sent: Sent | null = null;
    const connection = openConnection(ports[index % ports.length] ?? 0, token, (status) => {
      if (!sent) return;
      if (isMeasuring) latenciesMs.push(performance.now() - sent.atMs);
      if (status === 201) acknowledged.push(`${prefix}-${sent.number}`);
      else refused[status] = (refused[status] ?? 0) + 1;
      sent = null;
      busy -= 1;
      more(lane);
    });
    const lane = {
      isFree: () => sent === null,
      take(order: Sent) {
        sent = order;
        busy += 1;
        connection.send(body(order.number));
      },
    };
    return lane;
  });
  const newOrder = (): Sent => ({ number: (next += 1), atMs: performance.now() });

  function more(lane: (typeof lanes)[number]): void {
    const order = perSecond === null && !isOver ? newOrder() : due.shift();
    if (order) return lane.take(order);
    if (isOver && busy === 0) say({ is: "settled" });
  }
  /** Latency counts from the moment an order was due, also while every connection was taken. */
  function arrive(): void {
    due.push(newOrder());
    const free = lanes.find((lane) => lane.isFree());
    if (free) more(free);
  }
  function arriveByChance(atMs: number, perSecond: number): void {
    if (isOver) return;
    let dueMs = atMs;
    while (dueMs <= performance.now()) {
      arrive();
      dueMs += (-Math.log(1 - Math.random()) * 1_000) / perSecond;
    }
    setTimeout(() => arriveByChance(dueMs, perSecond), 1);
  }
  async function turn({ warmUpSeconds, seconds }: Turn): Promise<void> {
    isOver = false;
    if (perSecond === null) for (const lane of lanes) more(lane);
    else arriveByChance(performance.now(), perSecond);
    await sleep(warmUpSeconds * 1_000);
    say({ is: "warm" });
    isMeasuring = true;
    latenciesMs = [];
    const startedAt = performance.now();
    await sleep(seconds * 1_000);
    isMeasuring = false;
    isOver = true;
    const measuredSeconds = (performance.now() - startedAt) / 1_000;
    const quantile = quantilesOf(latenciesMs);
    const [p50Ms, p99Ms] = [quantile(0.5), quantile(0.99)];
    say({ is: "done", answered: latenciesMs.length, seconds: measuredSeconds, p50Ms, p99Ms });
    if (busy === 0) say({ is: "settled" });
  }
  const judge = () => say({ is: "judged", acknowledged, refused });
  return { turn, judge };
}

process.once("message", (load: Load) => {
  const { turn, judge } = openLoad(load);
  process.on("message", (hears: ClientHears) => (hears === "judge" ? judge() : void turn(hears)));
});
process.once("disconnect", () => process.exit(0));
