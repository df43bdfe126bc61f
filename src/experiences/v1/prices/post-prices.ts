import { Currency, CustomerNumber, NonNegativeDecimal, OrderQuantity, Sku, UnitOfMeasure } from "#contracts";
import { Type } from "typebox";
import { defineRoute } from "../../route.ts";

const LINES_MAX = 200;

const Priced = Type.Object(
  {
    sku: Sku,
    unitPrice: Type.Union([NonNegativeDecimal, Type.Null()], {
      description: "Null where there is none; the explanation says why.",
    }),
    source: Type.Optional(Type.String()),
    explanation: Type.String(),
  },
  { additionalProperties: false },
);

export const postPrices = defineRoute({
  method: "POST",
  url: "/v1/prices",
  operationId: "askPrices",
  tag: "stock and prices",
  summary: "A customer's prices today, each with where it comes from.",
  access: "operator",
  schema: {
    body: Type.Object(
      {
        customerNumber: CustomerNumber,
        currency: Currency,
        lines: Type.Array(
          Type.Object(
            { sku: Sku, quantity: OrderQuantity, unitOfMeasure: UnitOfMeasure },
            { additionalProperties: false },
          ),
          { minItems: 1, maxItems: LINES_MAX },
        ),
      },
      { additionalProperties: false },
    ),
    response: { 200: Type.Object({ prices: Type.Array(Priced) }, { additionalProperties: false }) },
  },
  errors: ["malformed-body", "invalid-document"],
  handler: (hub) => async (request, reply) => {
    const { customerNumber, currency, lines } = request.body;
    const prices = await hub.prices(lines.map((line) => ({ ...line, customerNumber, currency })));
    return reply.code(200).send({ prices: [...prices] });
  },
});
