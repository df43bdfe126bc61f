import { BranchCode, Decimal, NonNegativeDecimal, Sku, SystemCode } from "#contracts";
import { Type } from "typebox";
import { callerOf, ReasonBody } from "../../parameters.ts";
import { defineRoute, type Route } from "../../route.ts";

const StockDrift = Type.Object(
  {
    sku: Sku,
    branch: BranchCode,
    ours: Type.Union([Decimal, Type.Null()], { description: "On hand here; null: the position is not known." }),
    theirs: Decimal,
    allocated: NonNegativeDecimal,
    unposted: Type.String({
      ...NonNegativeDecimal,
      description: "Left us, or was not found, and still in what was stated.",
    }),
    laterMovements: Type.Integer({ minimum: 0, description: "Told since what was stated." }),
    ageSeconds: Type.Union([Type.Number(), Type.Null()], { description: "Of the statement we go by." }),
    cause: Type.Enum(["not-posted-yet", "movement-not-received", "unknown"]),
  },
  { $id: "StockDrift", additionalProperties: false },
);

const StockComparison = Type.Object(
  {
    system: SystemCode,
    compared: Type.Integer({ minimum: 0, description: "Positions the ERP stated." }),
    drifts: Type.Array(StockDrift),
  },
  { $id: "StockComparison", additionalProperties: false },
);

const getDrift = defineRoute({
  method: "GET",
  url: "/v1/stock/drift",
  operationId: "compareStock",
  tag: "stock",
  summary: "Where our stock is not what the ERP states now, with the probable cause. Reads all of the ERP's stock.",
  access: "operator",
  schema: { response: { 200: StockComparison } },
  errors: ["system-unavailable"],
  handler: (hub) => async (_request, reply) => reply.code(200).send(copied(await hub.stock.compare())),
});

const postCorrections = defineRoute({
  method: "POST",
  url: "/v1/stock/corrections",
  operationId: "correctStock",
  tag: "stock",
  summary:
    "Takes what the ERP states now wherever ours is different for another reason than that it has not posted yet.",
  access: "operator",
  schema: { body: ReasonBody, response: { 200: StockComparison } },
  errors: ["malformed-body", "invalid-document", "system-unavailable"],
  handler: (hub) => async (request, reply) => {
    const who = { by: callerOf(request), reason: request.body.reason };
    return reply.code(200).send(copied(await hub.stock.correct(who)));
  },
});

const copied = <Drift>({
  drifts,
  ...rest
}: {
  readonly system: string;
  readonly compared: number;
  readonly drifts: readonly Drift[];
}) => ({
  ...rest,
  drifts: [...drifts],
});

export const stockDrift: readonly Route[] = [getDrift, postCorrections];
