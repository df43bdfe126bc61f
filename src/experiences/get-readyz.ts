import { Type } from "typebox";
import { defineRoute } from "./route.ts";

const Readiness = Type.Object(
  {
    status: Type.Enum(["ready", "not-ready"]),
    checks: Type.Array(
      Type.Object(
        { check: Type.String(), isReady: Type.Boolean(), explanation: Type.String() },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);

export const getReadyz = defineRoute({
  method: "GET",
  url: "/readyz",
  operationId: "getReadyz",
  tag: "hub",
  summary: "Whether the hub takes work: database, migrations, processes; each with a sentence.",
  access: "operator",
  schema: { response: { 200: Readiness, 503: Readiness } },
  errors: [],
  handler: (hub) => async (_request, reply) => {
    const checks = [...(await hub.readiness())];
    const isReady = checks.every((check) => check.isReady);
    return isReady
      ? reply.code(200).send({ status: "ready", checks })
      : reply.code(503).send({ status: "not-ready", checks });
  },
});
