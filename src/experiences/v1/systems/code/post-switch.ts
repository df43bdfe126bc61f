import { SystemCode } from "#contracts";
import { Type } from "typebox";
import { callerOf, Done, ReasonBody } from "../../../parameters.ts";
import { defineRoute, type Route } from "../../../route.ts";

const params = Type.Object({ code: SystemCode });
const common = {
  method: "POST",
  tag: "systems",
  access: "operator",
  schema: { params, body: ReasonBody, response: { 200: Done } },
  errors: ["malformed-body", "invalid-document", "not-found"],
} as const;

const postClose = defineRoute({
  ...common,
  url: "/v1/systems/:code/close",
  operationId: "closeSystem",
  summary: "Closes a system's lane: its work waits, nothing is tried, nothing fails.",
  handler: (hub) => async (request, reply) => {
    await hub.systems.close(request.params.code, { by: callerOf(request), reason: request.body.reason });
    return reply.code(200).send({ done: true });
  },
});

const postOpen = defineRoute({
  ...common,
  url: "/v1/systems/:code/open",
  operationId: "openSystem",
  summary: "Opens a system's lane; what waited goes on, in order.",
  handler: (hub) => async (request, reply) => {
    await hub.systems.open(request.params.code, { by: callerOf(request), reason: request.body.reason });
    return reply.code(200).send({ done: true });
  },
});

export const systemSwitches: readonly Route[] = [postClose, postOpen];
