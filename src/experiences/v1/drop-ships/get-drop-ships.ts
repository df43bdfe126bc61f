import {
  Address,
  CustomerNumber,
  Instant,
  LocalDate,
  NonNegativeDecimal,
  SalesOrderId,
  Sku,
  UnitOfMeasure,
} from "#contracts";
import { Type } from "typebox";
import { Value } from "typebox/value";
import { defineRoute } from "../../route.ts";

const DropShip = Type.Object(
  {
    salesOrderId: SalesOrderId,
    salesOrderNumber: Type.String(),
    lineNumber: Type.Integer({ minimum: 1 }),
    sku: Sku,
    description: Type.String(),
    quantity: Type.String({ ...NonNegativeDecimal, description: "What is still missing of it, in base units." }),
    baseUnitOfMeasure: UnitOfMeasure,
    supplier: Type.String({ description: "Who could ship it, by the rule that promised it." }),
    expectedOn: Type.String({ ...LocalDate, description: "The day that was promised." }),
    wantedAt: Instant,
    isOnHold: Type.Boolean({ description: "The order waits for a person first." }),
    customerNumber: CustomerNumber,
    shipTo: Address,
    explanation: Type.String({ description: "What was decided of the line, and by which rule." }),
    whatToDo: Type.String(),
  },
  { $id: "DropShip", additionalProperties: false },
);

const whatToDo = (supplier: string, isOnHold: boolean): string =>
  `${isOnHold ? "Look at the order's hold first. " : ""}Buy it from ${supplier}. Into a branch: its receipt fills the line. Straight to the customer: cancel what waits here and bill it in the ERP, for the hub is not told what suppliers ship and would ship it once more when stock comes.`;

export const getDropShips = defineRoute({
  method: "GET",
  url: "/v1/drop-ships",
  operationId: "listDropShips",
  tag: "stock",
  summary:
    "Lines that no branch has and nothing on its way covers, to be bought from the supplier they were promised from.",
  access: "operator",
  schema: {
    querystring: Type.Object({
      supplier: Type.Optional(Type.String({ pattern: "^[A-Z0-9-]{1,20}$", description: "Of this one only." })),
    }),
    response: { 200: Type.Object({ dropShips: Type.Array(DropShip) }, { additionalProperties: false }) },
  },
  errors: ["invalid-document"],
  handler: (hub) => async (request, reply) => {
    const waiting = await hub.dropShips(request.query.supplier ?? null);
    return reply.code(200).send({
      dropShips: waiting.map((one) => ({
        ...one,
        shipTo: Value.Parse(Address, one.shipTo),
        whatToDo: whatToDo(one.supplier, one.isOnHold),
      })),
    });
  },
});
