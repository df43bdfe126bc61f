import { CrossdockError, Fault, SystemCode } from "#contracts";
import { Type } from "typebox";
import type { Hub } from "../hub.ts";
import { found } from "../parameters.ts";
import { defineRoute } from "../route.ts";
import type { WebhookDoor, WebhookMessage } from "./webhook-door.ts";

const Receipt = Type.Object(
  {
    outcome: Type.Enum(["taken", "repeated"]),
    salesOrderId: Type.Optional(Type.String()),
    salesOrderNumber: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
);
const Kept = Type.Object(
  {
    outcome: Type.Literal("kept"),
    keptAs: Type.String({ description: "The dead letter under which it waits for a person." }),
    explanation: Type.String(),
    faults: Type.Array(Fault),
  },
  { additionalProperties: false },
);

/** Faults of the content: sending the same again would not help, so the sender is told it was received, and a person mends it here. */
const keptCodes = ["malformed-body", "invalid-document", "idempotency-conflict"] as const;
type KeptCode = (typeof keptCodes)[number];
const isKept = (error: unknown): error is CrossdockError & { readonly code: KeptCode } =>
  error instanceof CrossdockError && keptCodes.some((code) => code === error.code);

async function keep(hub: Hub, { system, channel }: WebhookDoor, message: WebhookMessage, error: CrossdockError) {
  const keptAs = await hub.inbound.keep({
    door: `webhook:${system}`,
    ...(channel ? { channel } : {}),
    ...message,
    errorCode: error.code,
    explanation: error.message,
    faults: error.faults,
    origin: `POST /webhooks/${system}`,
  });
  return { outcome: "kept" as const, keptAs, explanation: error.message, faults: [...error.faults] };
}

const textHeaders = (headers: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : [])),
  );

export const postWebhook = defineRoute({
  method: "POST",
  url: "/webhooks/:system",
  operationId: "receiveWebhook",
  tag: "webhooks",
  summary: "Where a system's signed messages come in: a storefront's orders, a warehouse's and a carrier's news.",
  description:
    "Answered once it is committed. A message whose signature is good and whose content is not is kept and answered 202, since sending it again would not help. A repeat is answered 200 and does nothing.",
  access: "signature",
  takes: "bytes",
  schema: {
    params: Type.Object({ system: SystemCode }),
    body: Type.Unknown({ description: "As the system writes it." }),
    response: { 200: Receipt, 202: Kept },
  },
  errors: ["not-found", "invalid-signature", "overloaded"],
  handler: (hub) => {
    const messages = hub.metrics.counter(
      "crossdock_webhooks_total",
      "Webhook messages, by system and what became of them.",
    );
    return async (request, reply) => {
      const { system } = request.params;
      const door = found(hub.webhooks.get(system) ?? null, `webhook door for ${system}`);
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const message = { headers: textHeaders(request.headers), body };
      const isGiven = request.headers["x-correlation-id"] === request.id;
      try {
        const receipt = await door.receive(message, isGiven ? request.id : undefined);
        messages.add({ system, outcome: receipt.outcome });
        return await reply.code(200).send({ ...receipt });
      } catch (error) {
        messages.add({
          system,
          outcome: isKept(error) ? "kept" : error instanceof CrossdockError ? error.code : "internal",
        });
        if (!isKept(error)) throw error;
        return reply.code(202).send(await keep(hub, door, message, error));
      }
    };
  },
});
