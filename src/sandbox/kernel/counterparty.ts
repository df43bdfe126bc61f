import type { Clock } from "#platform";
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import Fastify, {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyRequest,
  type RawServerDefault,
} from "fastify";
import type { IncomingMessage, ServerResponse } from "node:http";
import { misbehave, type Behaviour, type BehaviourDesk, type Wording } from "./behaviour.ts";
import { openControlDoor } from "./control-door.ts";
import { JournalDesk, type Change, type Desk } from "./desk.ts";
import type { Journal } from "./journal.ts";
import { Outbox, postOverHttp, type Delivery, type Post } from "./webhooks.ts";

/** Routes are declared with TypeBox schemas and typed by them. */
export type Routes = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/** What every counterparty of one sandbox shares. */
export interface Surroundings {
  readonly journal: Journal;
  readonly clock: Clock;
  /** How many times faster than the world: 60 makes an hour of picking a minute. */
  readonly timeScale: number;
  /** From 0 up to 1; seeded, so that a run can be repeated. */
  readonly random: () => number;
  /** 0 takes any free port. */
  readonly port?: number;
  readonly post?: Post;
}

/** A simulated system: who it is, how it words things, what it remembers and what it does. */
export interface CounterpartyDescription<State, Fact> {
  readonly code: string;
  readonly title: string;
  readonly wording: Wording;
  /** Whether the vendor knows the caller. */
  authenticate(request: FastifyRequest): boolean;
  /** What it knows before anything happened. */
  initial(): State;
  parseFact(value: unknown): Fact;
  /** Changes the state in place. Pure otherwise: it runs again for each fact at every start. */
  evolve(state: State, fact: Fact, at: string): void;
  /** The vendor's own API. */
  routes(vendor: Routes, desk: Desk<State, Fact>): void;
  /** More on the control door: things a person makes happen in the vendor's world. Paths are below `/control`. */
  readonly controls?: (control: Routes, desk: Desk<State, Fact>) => void;
  readonly timers?: Readonly<Record<string, (payload: string, desk: Desk<State, Fact>) => Change<Fact>>>;
  /** Headers of an outgoing message: signature, ids, topic. `attempt` counts from 1. */
  readonly sign?: (delivery: Delivery, attempt: number, now: Date) => Readonly<Record<string, string>>;
  /** How long it honours an idempotency key. Left out: for ever. */
  readonly keepAnswersMs?: number;
}

export interface Counterparty {
  readonly code: string;
  readonly title: string;
  readonly url: string;
  /** For tests in the same process: as `POST /control/behaviour`. */
  behave(behaviour: Behaviour): void;
  stop(): Promise<void>;
}

/** Starts a simulated system on 127.0.0.1, where it was when its journal ended. */
export async function createCounterparty<State, Fact>(
  description: CounterpartyDescription<State, Fact>,
  surroundings: Surroundings,
): Promise<Counterparty> {
  const { clock, timeScale, random, journal, port = 0, post = postOverHttp } = surroundings;
  const { code, title } = description;
  const outbox: Outbox = new Outbox({
    clock,
    timeScale,
    random,
    post,
    sign: description.sign ?? (() => ({})),
    settled: (delivery) => {
      desk.settled(delivery);
    },
  });
  const desk: JournalDesk<State, Fact> = new JournalDesk({
    code,
    clock,
    timeScale,
    journal,
    initial: () => description.initial(),
    parseFact: (value) => description.parseFact(value),
    evolve: (state, fact, at) => {
      description.evolve(state, fact, at);
    },
    timers: description.timers ?? {},
    keepAnswersMs: description.keepAnswersMs ?? Number.POSITIVE_INFINITY,
    deliver: (delivery) => {
      outbox.send(delivery);
    },
  });

  const server = Fastify({
    forceCloseConnections: true,
    bodyLimit: 10_000_000,
    // A misspelt setting of the control door is refused; by default Fastify would drop it without a word.
    ajv: { customOptions: { removeAdditional: false } },
  }).withTypeProvider<TypeBoxTypeProvider>();
  const behaviour = await openVendorDoor(server, description, desk, clock);
  await server.register(
    async (control) => {
      openControlDoor(control, { code, title, desk, outbox, behaviour });
      description.controls?.(control, desk);
    },
    { prefix: "/control" },
  );
  const url = await server.listen({ host: "127.0.0.1", port });
  desk.resume();

  return {
    code,
    title,
    url,
    behave: (next) => {
      behaviour.change(next);
    },
    stop: async () => {
      outbox.stop();
      await server.close();
      desk.stop();
    },
  };
}

async function openVendorDoor<State, Fact>(
  server: Routes,
  description: CounterpartyDescription<State, Fact>,
  desk: Desk<State, Fact>,
  clock: Clock,
): Promise<BehaviourDesk> {
  const { wording } = description;
  let behaviour: BehaviourDesk | undefined;
  await server.register(async (vendor) => {
    behaviour = misbehave(vendor, clock, wording);
    vendor.addHook("onRequest", async (request, reply) => {
      if (description.authenticate(request)) return undefined;
      return reply.code(401).send(wording.complaint(401, "Unknown or missing credentials."));
    });
    vendor.setErrorHandler(async (error: FastifyError, _request, reply) => {
      const status = error.statusCode ?? 500;
      return reply.code(status).send(wording.complaint(status, error.message));
    });
    description.routes(vendor, desk);
  });
  if (behaviour === undefined) throw new Error("Fastify did not run the vendor's routes.");
  return behaviour;
}
