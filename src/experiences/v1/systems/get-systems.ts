import { Instant, SystemCode } from "#contracts";
import { Type } from "typebox";
import { defineRoute } from "../../route.ts";

const SystemState = Type.Object(
  {
    system: SystemCode,
    title: Type.String(),
    kind: Type.String(),
    state: Type.Enum(["open", "closed", "resting", "maintenance"]),
    explanation: Type.String(),
    until: Type.Optional(Instant),
    inUse: Type.Integer({ description: "Calls under way on this node." }),
    queued: Type.Integer({ description: "Commands that wait for it." }),
    parked: Type.Integer({ description: "Commands that wait for a person." }),
    oldestQueuedAt: Type.Optional(Instant),
  },
  { $id: "SystemState", additionalProperties: false },
);

export const getSystems = defineRoute({
  method: "GET",
  url: "/v1/systems",
  operationId: "listSystems",
  tag: "systems",
  summary: "The systems the hub talks to: whether their lanes are open, what waits for them and since when.",
  access: "operator",
  schema: { response: { 200: Type.Object({ systems: Type.Array(SystemState) }, { additionalProperties: false }) } },
  errors: [],
  handler: (hub) => async (_request, reply) => {
    const systems = (await hub.systems.list()).map(({ until, oldestQueuedAt, ...state }) => ({
      ...state,
      ...(until ? { until: until.toISOString() } : {}),
      ...(oldestQueuedAt ? { oldestQueuedAt: oldestQueuedAt.toISOString() } : {}),
    }));
    return reply.code(200).send({ systems });
  },
});
