import { CrossdockError, findFaults, SalesOrderDraft } from "#contracts";
import { Type } from "typebox";
import { Value } from "typebox/value";
import type { Hub, SubmitResult } from "../../hub.ts";
import { toCrossdockError, toProblem } from "../../problem.ts";
import { defineRoute } from "../../route.ts";
import { OrderAnswer, submittedOrder, SubmittedOrder } from "./submitted-order.ts";

const ORDERS_MAX = 200;

interface Sender {
  readonly key: string | undefined;
  readonly correlationId: string | undefined;
  readonly requestId: string;
}

/** The key of an order in a list needs its number as well: one key cannot stand for many orders. */
function keyOf({ channel, channelOrderNumber }: SalesOrderDraft, key: string | undefined, isList: boolean): string {
  if (key === undefined) return `api:${channel}:${channelOrderNumber}`;
  return isList ? `${key}:${channelOrderNumber}` : key;
}

/** Drafts that are drafts go in together; the others are answered with their faults. In the order they were sent. */
async function submitAll(hub: Hub, drafts: readonly unknown[], sender: Sender, isList: boolean): Promise<readonly SubmitResult[]> {
  const { key, correlationId } = sender;
  const story = correlationId && !isList ? { correlationId } : {};
  const judged = drafts.map((draft) => ({ draft, faults: findFaults(SalesOrderDraft, draft) }));
  const requests = judged.flatMap(({ draft }) =>
    Value.Check(SalesOrderDraft, draft) ? [{ draft, idempotencyKey: keyOf(draft, key, isList), ...story }] : [],
  );
  const results = [...(requests.length > 0 ? await hub.orders.submit(requests) : [])];
  return judged.map(({ faults }) =>
    faults.length > 0 ? { outcome: "rejected", repeat: false, faults } : (results.shift() ?? { outcome: "failed", repeat: false }),
  );
}

/** What is at fault in the document is kept, so that somebody here can mend it as well; the sender is told under which id. */
async function keepRejected(hub: Hub, draft: unknown, result: SubmitResult): Promise<string | null> {
  if (result.outcome !== "rejected") return null;
  const channel = Value.Check(Type.Object({ channel: Type.String() }), draft) ? { channel: draft.channel } : {};
  return hub.inbound.keep({
    door: "api",
    ...channel,
    body: Buffer.from(JSON.stringify(draft)),
    errorCode: "invalid-document",
    explanation: "An order sent to the API cannot be taken.",
    faults: result.faults ?? [],
    origin: "POST /v1/sales-orders",
  });
}

async function answerOf(hub: Hub, draft: unknown, result: SubmitResult, requestId: string): Promise<OrderAnswer> {
  const keptAs = await keepRejected(hub, draft, result);
  try {
    const order = submittedOrder(result);
    return { status: order.repeat ? 200 : 201, order };
  } catch (thrown) {
    const error = toCrossdockError(thrown, 0);
    if (error.code === "internal") hub.log.error({ err: error.cause ?? error, correlationId: requestId }, "An order could not be written.");
    return { status: error.status, problem: toProblem(error, { correlationId: requestId, ...(keptAs ? { keptAs } : {}) }) };
  }
}

function checkLength(drafts: readonly unknown[]): void {
  if (drafts.length > 0 && drafts.length <= ORDERS_MAX) return;
  const fault = { path: "", expected: `a list of 1 to ${ORDERS_MAX} orders`, found: `${drafts.length}`, fix: "Send them in several requests." };
  throw new CrossdockError("invalid-document", "The list is empty or too long; nothing of it was taken.", { faults: [fault] });
}

export const postSalesOrders = defineRoute({
  method: "POST",
  url: "/v1/sales-orders",
  operationId: "submitSalesOrders",
  tag: "sales orders",
  summary: "Submits an order, or a list of up to 200.",
  description:
    "One order is answered with what was decided, line by line. A list is answered 207, each order as it would have been alone, in the order sent. The same order again is a repeat and does nothing; the same number with other content is a conflict.",
  access: "operator",
  schema: {
    headers: Type.Object({
      "idempotency-key": Type.Optional(
        Type.String({ pattern: "^[\\x21-\\x7e]{1,200}$", description: "The same key, the same effect. The channel and its order number where left out." }),
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
    const body: unknown = request.body;
    const isList = Array.isArray(body);
    const drafts: readonly unknown[] = isList ? body : [body];
    checkLength(drafts);
    const isGiven = request.headers["x-correlation-id"] === request.id;
    const sender = { key: request.headers["idempotency-key"], correlationId: isGiven ? request.id : undefined, requestId: request.id };
    const results = await submitAll(hub, drafts, sender, isList);
    const answers = await Promise.all(results.map((result, index) => answerOf(hub, drafts[index], result, request.id)));
    const [first] = answers;
    if (isList || !first) return reply.code(207).send({ answers });
    if (first.problem) {
      // Where a document is kept, its problem says so, which a thrown error could not.
      return reply.code(first.problem.status).type("application/problem+json").serializer(JSON.stringify).send(first.problem);
    }
    const { order } = first;
    if (!order) throw new CrossdockError("internal", "The order has neither been taken nor refused.");
    const { salesOrderId, correlationId } = order.salesOrder;
    reply.header("location", `/v1/sales-orders/${salesOrderId}`).header("x-correlation-id", correlationId);
    return reply.code(order.repeat ? 200 : 201).send(order);
  },
});
