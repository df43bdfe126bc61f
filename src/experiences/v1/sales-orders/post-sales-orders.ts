import { CrossdockError, findFaults, SalesOrderDraft, type ErrorCode } from "#contracts";
import { Type } from "typebox";
import { Compile } from "typebox/compile";
import { Value } from "typebox/value";
import type { SubmitResult } from "#domains";
import type { Hub } from "../../hub.ts";
import { parseJsonBody } from "../../json-body.ts";
import { KeptError, toCrossdockError, toProblem } from "../../problem.ts";
import { defineRoute } from "../../route.ts";
import { OrderAnswer, submittedOrder, SubmittedOrder } from "./submitted-order.ts";

const ORDERS_MAX = 200;
/** Compiled: this stands in the way of every order. Why a draft is none is found out only then. */
const isDraft = Compile(SalesOrderDraft);

interface Sender {
  readonly key: string | undefined;
  readonly correlationId: string | undefined;
}

/** The key of an order in a list needs its number as well: one key cannot stand for many orders. */
function keyOf({ channel, channelOrderNumber }: SalesOrderDraft, key: string | undefined, isList: boolean): string {
  if (key === undefined) return `api:${channel}:${channelOrderNumber}`;
  return isList ? `${key}:${channelOrderNumber}` : key;
}

/** Drafts that are drafts go in together; the others are answered with their faults. In the order they were sent. */
async function submitAll(
  hub: Hub,
  drafts: readonly unknown[],
  sender: Sender,
  isList: boolean,
): Promise<readonly SubmitResult[]> {
  const { key, correlationId } = sender;
  const story = correlationId && !isList ? { correlationId } : {};
  const judged = drafts.map((draft) =>
    isDraft.Check(draft) ? { draft, idempotencyKey: keyOf(draft, key, isList), ...story } : null,
  );
  const requests = judged.filter((request) => request !== null);
  const results = (requests.length > 0 ? await hub.orders.submit(requests) : []).values();
  return judged.map((request, index) =>
    request
      ? (results.next().value ?? { outcome: "failed", repeat: false })
      : { outcome: "rejected", repeat: false, faults: findFaults(SalesOrderDraft, drafts[index]) },
  );
}

/** What sending the same again would not mend. */
const keptCodes: readonly ErrorCode[] = ["malformed-body", "invalid-document", "idempotency-conflict"];

/** The same refusal, its document kept where it is at fault, so that somebody here can mend it as well; the sender is told under which id. */
async function kept(hub: Hub, thrown: unknown, body: Buffer, draft?: unknown): Promise<CrossdockError> {
  const error = toCrossdockError(thrown, 0);
  if (!keptCodes.includes(error.code) || body.length === 0) return error;
  const channel = Value.Check(Type.Object({ channel: Type.String() }), draft) ? { channel: draft.channel } : {};
  const keptAs = await hub.inbound.keep({
    door: "api",
    ...channel,
    body,
    errorCode: error.code,
    explanation: error.message,
    faults: error.faults,
    origin: "POST /v1/sales-orders",
  });
  return new KeptError(error, keptAs);
}

async function readBody(hub: Hub, body: Buffer): Promise<unknown> {
  try {
    return parseJsonBody(body);
  } catch (thrown) {
    throw await kept(hub, thrown, body);
  }
}

/** The order as decided. */
async function decided(hub: Hub, draft: unknown, result: SubmitResult): Promise<SubmittedOrder> {
  try {
    return submittedOrder(result);
  } catch (thrown) {
    throw await kept(hub, thrown, Buffer.from(JSON.stringify(draft) ?? ""), draft);
  }
}

/** One of a list: what it alone would have been answered with. */
async function answerOf(hub: Hub, draft: unknown, result: SubmitResult, requestId: string): Promise<OrderAnswer> {
  try {
    const order = await decided(hub, draft, result);
    return { status: order.repeat ? 200 : 201, order };
  } catch (thrown) {
    const error = toCrossdockError(thrown, 0);
    if (error.status >= 500)
      hub.log.error({ err: error.cause ?? error, correlationId: requestId }, "An order of a list failed.");
    return { status: error.status, problem: toProblem(error, requestId) };
  }
}

function checkLength(drafts: readonly unknown[]): void {
  if (drafts.length > 0 && drafts.length <= ORDERS_MAX) return;
  const fault = {
    path: "",
    expected: `a list of 1 to ${ORDERS_MAX} orders`,
    found: `${drafts.length}`,
    fix: "Send them in several requests.",
  };
  throw new CrossdockError("invalid-document", "The list is empty or too long; nothing of it was taken.", {
    faults: [fault],
  });
}

export const postSalesOrders = defineRoute({
  method: "POST",
  url: "/v1/sales-orders",
  operationId: "submitSalesOrders",
  tag: "sales orders",
  summary: "Submits an order, or a list of up to 200.",
  description:
    "One order is answered with what was decided, line by line. A list is decided in the order sent and answered 207, each order as it would have been alone. The same order again is a repeat and does nothing; the same number with other content is a conflict.",
  access: "operator",
  schema: {
    headers: Type.Object({
      "idempotency-key": Type.Optional(
        Type.String({
          pattern: "^[\\x21-\\x7e]{1,200}$",
          description: "The same key, the same effect. The channel and its order number where left out.",
        }),
      ),
    }),
    body: Type.Union([SalesOrderDraft, Type.Array(SalesOrderDraft, { minItems: 1, maxItems: ORDERS_MAX })]),
    response: {
      200: SubmittedOrder,
      201: SubmittedOrder,
      207: Type.Object({ answers: Type.Array(OrderAnswer) }, { additionalProperties: false }),
    },
  },
  errors: ["malformed-body", "invalid-document", "idempotency-conflict", "overloaded"],
  judgesBody: true,
  handler: (hub) => async (request, reply) => {
    const body = await readBody(hub, Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0));
    const isList = Array.isArray(body);
    const drafts: readonly unknown[] = isList ? body : [body];
    checkLength(drafts);
    const isGiven = request.headers["x-correlation-id"] === request.id;
    const sender = { key: request.headers["idempotency-key"], correlationId: isGiven ? request.id : undefined };
    const results = await submitAll(hub, drafts, sender, isList);
    const [first] = results;
    if (isList || !first) {
      const answers = results.map((result, index) => answerOf(hub, drafts[index], result, request.id));
      return reply.code(207).send({ answers: await Promise.all(answers) });
    }
    const order = await decided(hub, body, first);
    const { salesOrderId, correlationId } = order.salesOrder;
    reply.header("location", `/v1/sales-orders/${salesOrderId}`).header("x-correlation-id", correlationId);
    return reply.code(order.repeat ? 200 : 201).send(order);
  },
});
