import { Type } from "typebox";
import { defineRoute } from "./route.ts";

export const getHealthz = defineRoute({
  method: "GET",
  url: "/healthz",
  operationId: "getHealthz",
  tag: "hub",
  summary: "Whether the process runs and answers. Says nothing of what it depends on.",
  access: "anybody",
  schema: { response: { 200: Type.Object({ status: Type.Literal("alive") }, { additionalProperties: false }) } },
  errors: [],
  handler: () => async (_request, reply) => reply.code(200).send({ status: "alive" }),
});
