import { BranchCode, Decimal, Instant, NonNegativeDecimal, Sku, SystemCode } from "#contracts";
import { driftCauses } from "#domains";
import type { StockComparison } from "#processes";
import { Type } from "typebox";
import { calledOff, callerOf, ReasonBody } from "../../parameters.ts";
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
    unpostedSince: Type.Union([Instant, Type.Null()], { description: "Since when the first of it is." }),
    laterMovements: Type.Integer({ minimum: 0, description: "Told since what was stated." }),
    ageSeconds: Type.Union([Type.Number(), Type.Null()], { description: "Of the statement we go by." }),
    cause: Type.Enum([...driftCauses], {
      description:
        "`not-posted-yet`: what left us is still in what the ERP states; `moved-since`: it told of later movements; `stated-by-another`: another system states this position; these are right. `change-not-received`: it states something newer than all it told us; `unknown`: it stated the same before, and our figure does not come of it.",
    }),
  },
  { $id: "StockDrift", additionalProperties: false },
);

const StockComparison = Type.Object(
  {
    system: SystemCode,
    compared: Type.Integer({ minimum: 0, description: "Positions the ERP stated." }),
    drifts: Type.Array(StockDrift, { description: "Where we differ, at the end." }),
    corrected: Type.Array(StockDrift, { description: "As they were before they were corrected." }),
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
  errors: ["not-possible-now", "system-unavailable"],
  handler: (hub) => async (request, reply) =>
    reply.code(200).send(copied(await hub.stock.compare(calledOff(request, reply)))),
});

const postCorrections = defineRoute({
  method: "POST",
  url: "/v1/stock/corrections",
  operationId: "correctStock",
  tag: "stock",
  summary: "Takes what the ERP states now wherever our ledger does not explain the difference.",
  access: "operator",
  schema: { body: ReasonBody, response: { 200: StockComparison } },
  errors: ["malformed-body", "invalid-document", "not-possible-now", "system-unavailable"],
  handler: (hub) => async (request, reply) => {
    const who = { by: callerOf(request), reason: request.body.reason };
    return reply.code(200).send(copied(await hub.stock.correct(who, calledOff(request, reply))));
  },
});

const copied = ({ drifts, corrected, ...rest }: StockComparison) => ({
  ...rest,
  drifts: [...drifts],
  corrected: [...corrected],
});

export const stockDrift: readonly Route[] = [getDrift, postCorrections];
