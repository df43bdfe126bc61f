import { Type } from "typebox";
import { Behaviour, type BehaviourDesk } from "./behaviour.ts";
import type { Routes } from "./counterparty.ts";
import type { EffectLedger } from "./ledger.ts";
import { Chaos, type Outbox } from "./webhooks.ts";

interface Controlled {
  readonly code: string;
  readonly title: string;
  readonly desk: { readonly ledger: EffectLedger; readonly waitingTimers: number; reset(): void };
  readonly outbox: Outbox;
  readonly behaviour: BehaviourDesk;
}

const Filter = Type.Object({ operation: Type.Optional(Type.String()), reference: Type.Optional(Type.String()) });
const loopback = new Set(["127.0.0.1", "::1", "::ffff:127.0.0.1"]);

/** Where tests and people look behind the counterparty's counter, and make it misbehave. Loopback only; no vendor knows it. */
export function openControlDoor(control: Routes, { code, title, desk, outbox, behaviour }: Controlled): void {
  control.addHook("onRequest", async (request, reply) => {
    if (loopback.has(request.ip)) return undefined;
    return reply.code(403).send({ error: "The control door opens from this machine only." });
  });

  const status = () => ({
    code,
    title,
    behaviour: behaviour.current(),
    chaos: outbox.chaos,
    effects: desk.ledger.counts(),
    doubled: desk.ledger.doubled().length,
    messagesPending: outbox.pending,
    timersWaiting: desk.waitingTimers,
  });
  control.get("/status", () => status());

  control.get("/ledger", { schema: { querystring: Filter } }, (request) => ({
    effects: desk.ledger.list(request.query),
  }));

  control.get(
    "/effects",
    { schema: { querystring: Type.Object({ doubled: Type.Optional(Type.Boolean()) }) } },
    (request) =>
      request.query.doubled === true ? { doubled: desk.ledger.doubled() } : { counts: desk.ledger.counts() },
  );

  control.post("/behaviour", { schema: { body: Behaviour } }, (request) => {
    behaviour.change(request.body);
    return status();
  });

  control.post("/chaos", { schema: { body: Chaos } }, (request) => {
    outbox.chaos = request.body;
    return status();
  });

  control.post("/reset", () => {
    outbox.clear();
    desk.reset();
    behaviour.change({ mode: "ok" });
    outbox.chaos = {};
    return status();
  });
}
