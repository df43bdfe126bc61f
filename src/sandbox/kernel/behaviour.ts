import type { Clock } from "#platform";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { Type, type Static } from "typebox";

const Count = Type.Integer({ minimum: 0, maximum: 1_000_000 });
const Milliseconds = Type.Integer({ minimum: 0, maximum: 3_600_000 });

/** How a counterparty behaves from now on. What is left out is as usual; every setting replaces the one before. */
export const Behaviour = Type.Object(
  {
    mode: Type.Optional(
      Type.Enum(["ok", "down", "hang", "slow"], {
        description: "down: the connection is reset. hang: taken, never answered. slow: answered after delayMs.",
      }),
    ),
    delayMs: Type.Optional(Milliseconds),
    latencyMs: Type.Optional(Type.Integer({ minimum: 0, maximum: 60_000, description: "Added to every answer." })),
    onlyPath: Type.Optional(Type.String({ description: "Touches only requests whose path contains this." })),
    throttle: Type.Optional(
      Type.Object(
        { perSecond: Count, retryAfter: Type.Optional(Type.Integer({ minimum: 0 })) },
        { additionalProperties: false },
      ),
    ),
    failNext: Type.Optional(
      Type.Object(
        { count: Count, status: Type.Integer({ minimum: 400, maximum: 599 }) },
        { additionalProperties: false, description: "The next requests fail before anything is done." },
      ),
    ),
    refuseNext: Type.Optional(
      Type.Object(
        { count: Count, reason: Type.String() },
        {
          additionalProperties: false,
          description: "The next writing requests get the vendor's own business refusal.",
        },
      ),
    ),
    failAfterEffect: Type.Optional(
      Type.Object(
        { count: Count, how: Type.Enum(["error", "drop", "hang"]) },
        {
          additionalProperties: false,
          description: "The next writing requests that succeed are done, and then not answered properly.",
        },
      ),
    ),
  },
  { additionalProperties: false },
);
export type Behaviour = Static<typeof Behaviour>;

/** How this vendor words what the behaviour makes it say. */
export interface Wording {
  complaint(status: number, message: string): object;
  refusal(reason: string): { readonly status: number; readonly body: object };
}

export interface BehaviourDesk {
  current(): Behaviour;
  change(behaviour: Behaviour): void;
}

const writes = (request: FastifyRequest): boolean => request.method !== "GET" && request.method !== "HEAD";

/** Puts the behaviour in front of (and behind) the vendor's routes. The control door is not touched. */
export function misbehave(vendor: FastifyInstance, clock: Clock, wording: Wording): BehaviourDesk {
  let behaviour: Behaviour = { mode: "ok" };
  let second = -1;
  let inThisSecond = 0;
  const touches = (request: FastifyRequest): boolean =>
    behaviour.onlyPath === undefined || request.url.includes(behaviour.onlyPath);

  const throttled = (): boolean => {
    if (behaviour.throttle === undefined) return false;
    const now = Math.floor(clock.now().getTime() / 1000);
    inThisSecond = now === second ? inThisSecond + 1 : 1;
    second = now;
    return inThisSecond > behaviour.throttle.perSecond;
  };

  vendor.addHook("onRequest", async (request, reply) => {
    if (!touches(request)) return undefined;
    const delayMs = (behaviour.latencyMs ?? 0) + (behaviour.mode === "slow" ? (behaviour.delayMs ?? 0) : 0);
    if (delayMs > 0) await clock.sleep(delayMs);
    if (behaviour.mode === "down") return reset(request, reply);
    if (behaviour.mode === "hang") return reply.hijack();
    if (throttled()) {
      const retryAfter = behaviour.throttle?.retryAfter ?? 1;
      return reply.code(429).header("retry-after", retryAfter).send(wording.complaint(429, "Too many requests."));
    }
    if (behaviour.failNext !== undefined && take(behaviour.failNext)) {
      const { status } = behaviour.failNext;
      return reply.code(status).send(wording.complaint(status, "Something went wrong."));
    }
    if (behaviour.refuseNext !== undefined && writes(request) && take(behaviour.refuseNext)) {
      const { status, body } = wording.refusal(behaviour.refuseNext.reason);
      return reply.code(status).send(body);
    }
    return undefined;
  });

  vendor.addHook("onSend", async (request, reply, payload) => {
    const after = behaviour.failAfterEffect;
    const done = writes(request) && reply.statusCode < 300;
    if (after === undefined || !done || !touches(request) || !take(after)) return payload;
    if (after.how === "hang") return new Promise<never>(() => undefined);
    if (after.how === "drop") request.raw.socket.resetAndDestroy();
    reply.code(500);
    return JSON.stringify(wording.complaint(500, "Something went wrong."));
  });

  return {
    current: () => behaviour,
    change: (next) => {
      behaviour = structuredClone(next);
    },
  };
}

/** Counts down, in the behaviour itself, so that the control door shows what is left. */
function take(countdown: { count: number }): boolean {
  if (countdown.count === 0) return false;
  countdown.count -= 1;
  return true;
}

function reset(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.hijack();
  request.raw.socket.resetAndDestroy();
  return reply;
}
