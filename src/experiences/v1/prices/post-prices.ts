import { Currency, CustomerNumber, LocalDate, OrderQuantity, Sku, UnitOfMeasure } from "#contracts";
import { Type } from "typebox";
import { defineRoute } from "../../route.ts";
import { parseJsonBody } from "../../json-body.ts";
import { bodyJudge } from "../../validation.ts";
import { createPlainQuestionReader } from "./plain-price-question.ts";
import { Prices } from "./price-answer.ts";

const LINES_MAX = 200;

const PriceQuestion = Type.Object(
  {
    customerNumber: CustomerNumber,
    currency: Type.Optional(Currency),
    on: Type.Optional(LocalDate),
    explain: Type.Optional(
      Type.Boolean({
        description: "Whether to say of each line which cheaper-looking agreements do not hold, and why.",
      }),
    ),
    lines: Type.Array(
      Type.Object({ sku: Sku, quantity: OrderQuantity, unitOfMeasure: UnitOfMeasure }, { additionalProperties: false }),
      { minItems: 1, maxItems: LINES_MAX },
    ),
  },
  { additionalProperties: false },
);
const judge = bodyJudge(PriceQuestion);
const readPlain = createPlainQuestionReader(LINES_MAX);

export const postPrices = defineRoute({
  method: "POST",
  url: "/v1/prices",
  operationId: "askPrices",
  tag: "stock and prices",
  summary: "A customer's prices, each with where it comes from and why a cheaper-looking one does not hold.",
  description:
    "Answered from the hub's memory: no other system is asked. The rule is the one orders are priced by. An item nobody knows is said so in its line; the others are priced.",
  access: "operator",
  schema: {
    body: PriceQuestion,
    response: { 200: Type.Unsafe<string | Buffer>(Prices) },
  },
  errors: ["malformed-body", "invalid-document"],
  judgesBody: true,
  handler: (hub) => (request, reply) => {
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const { content, giveBack } = hub.prices(readPlain(body) ?? judge(parseJsonBody(body)));
    // Sent to the end or broken off: in either case nobody reads the bytes any more.
    if (typeof content !== "string") reply.raw.once("close", giveBack);
    reply.code(200).type("application/json; charset=utf-8").send(content);
  },
});
