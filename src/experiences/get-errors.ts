import { errorsPage } from "#contracts";
import { Type } from "typebox";
import { defineRoute } from "./route.ts";

export const getErrors = defineRoute({
  method: "GET",
  url: "/errors",
  operationId: "getErrors",
  tag: "hub",
  summary: "What each error means and what to do; the page a problem's `type` leads to.",
  access: "anybody",
  schema: { response: { 200: Type.String() } },
  errors: [],
  produces: { 200: "text/markdown" },
  handler: () => async (_request, reply) => reply.type("text/markdown; charset=utf-8").send(errorsPage()),
});
