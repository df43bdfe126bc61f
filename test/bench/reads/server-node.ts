import { randomBytes } from "node:crypto";
import { fastify, type FastifyReply } from "fastify";
import { createPositionBoard, createReferenceBook } from "#domains";
import { createHttpServer, createPriceDesk, createStockDesk, type Hub } from "#experiences";
import { createTokenGate } from "#governance";
import { createMetrics } from "#observability";
import { createIds, openDatabase, silentLog, systemClock as clock } from "#platform";
import { absentHub } from "../absent-hub.ts";

/** Three servers in one process, one asked at a time: a hub's reads, and a bare Fastify that answers as much, from objects or from bytes. */
export interface ServerSays {
  readonly ports: Readonly<Record<"hub" | "bare" | "bytes", number>>;
  readonly loadedMs: number;
  readonly heapMb: number;
}

async function startHub(url: string) {
  const database = openDatabase({ url, maxConnections: 5 });
  const ids = createIds(clock, randomBytes);
  const startedAt = performance.now();
  const book = createReferenceBook({ database, clock });
  const board = createPositionBoard({ database, clock, edition: ids.next("brd") });
  await Promise.all([book.load(), board.load()]);
  const loadedMs = performance.now() - startedAt;
  void (async () => {
    for (;;) {
      await clock.sleep(200);
      await Promise.all([book.refresh(), board.refresh()]);
    }
  })();
  const hub: Hub = {
    version: "bench",
    clock,
    ids,
    log: silentLog,
    metrics: createMetrics(),
    gate: createTokenGate({ database, clock }),
    ...absentHub,
    availability: createStockDesk({ board, book, clock }).availability,
    prices: createPriceDesk({ book, clock }).prices,
  };
  const server = createHttpServer(hub);
  return { port: await listen(server), server, loadedMs };
}

interface Answers {
  readonly availability: string;
  readonly prices: string;
}

/**
 * What Fastify does at the least for an answer of that size: the very one the hub gave to the first question, kept as an object and written by JSON.stringify
 * for each caller (`bare`), or kept as bytes and only sent (`bytes`). The same requests are sent to it: it takes their query apart and reads their JSON
 * body, as any such route must; it looks at neither, nor at who asks.
 */
function startBare({ availability, prices }: Answers, answering: (text: string) => Answering): Promise<number> {
  const server = fastify();
  const [available, priced] = [answering(availability), answering(prices)];
  server.get("/v1/availability", async (_request, reply) => available(reply));
  server.post("/v1/prices", async (_request, reply) => priced(reply));
  return listen(server);
}

type Answering = (reply: FastifyReply) => FastifyReply;
function asObject(text: string): Answering {
  const answer: unknown = JSON.parse(text);
  return (reply) => reply.send(answer);
}
function asBytes(text: string): Answering {
  const bytes = Buffer.from(text);
  return (reply) => reply.type("application/json; charset=utf-8").send(bytes);
}

interface Listens {
  listen(at: { readonly host: string; readonly port: number }): Promise<string>;
}
const listen = async (server: Listens): Promise<number> =>
  Number(new URL(await server.listen({ host: "127.0.0.1", port: 0 })).port);

export interface ServerTask {
  readonly url: string;
  readonly authorization: string;
  readonly availabilityUrl: string;
  readonly pricesBody: string;
}

async function serve({ url, authorization, availabilityUrl, pricesBody }: ServerTask): Promise<void> {
  const { port, server, loadedMs } = await startHub(url);
  const headers = { authorization, "content-type": "application/json" };
  const availability = await server.inject({ url: availabilityUrl, headers });
  const prices = await server.inject({ method: "POST", url: "/v1/prices", headers, payload: pricesBody });
  if (availability.statusCode !== 200) throw new Error(availability.body);
  if (prices.statusCode !== 200) throw new Error(prices.body);
  const answers = { availability: availability.body, prices: prices.body };
  const ports = {
    hub: port,
    bare: await startBare(answers, asObject),
    bytes: await startBare(answers, asBytes),
  };
  const heapMb = process.memoryUsage().heapUsed / 1e6;
  process.send?.({ ports, loadedMs, heapMb } satisfies ServerSays);
  process.on("message", () => {
    const { user, system } = process.cpuUsage();
    process.send?.({ cpuMs: (user + system) / 1_000 });
  });
}

process.once("message", (task: ServerTask) => {
  serve(task).catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
});
process.once("disconnect", () => process.exit(0));
