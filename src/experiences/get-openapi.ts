import { Type } from "typebox";
import { openApi } from "./openapi.ts";
import { defineRoute } from "./route.ts";

export const getOpenApi = defineRoute({
  method: "GET",
  url: "/openapi.json",
  operationId: "getOpenApi",
  tag: "hub",
  summary: "This API as OpenAPI 3.1.",
  access: "operator",
  schema: { response: { 200: Type.Object({}) } },
  errors: [],
  handler: (hub) => {
    // The document lists this route too, so the list is asked for when it is whole.
    const document = import("./routes.ts").then(({ routes }) => openApi(routes, hub.version));
    return async (_request, reply) => reply.code(200).send(await document);
  },
});
