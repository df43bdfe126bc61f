import { Instant, SystemCode } from "#contracts";
import type { ChannelLag } from "#observability";
import { Type, type Static } from "typebox";
import { defineRoute } from "../../route.ts";

const ChannelAvailability = Type.Object(
  {
    channel: SystemCode,
    waiting: Type.Integer({ description: "Items that changed and of which the channel has not been told." }),
    oldestChangeAt: Type.Optional(Instant),
    lagSeconds: Type.Number({ minimum: 0, description: "Age of the oldest change it has not been told of." }),
    toldAt: Type.Optional(Instant),
    failure: Type.Optional(Type.String({ description: "Why it did not take the latest batch." })),
  },
  { $id: "ChannelAvailability", additionalProperties: false },
);

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
    availability: Type.Optional(
      Type.Array(ChannelAvailability, {
        description: "The channels it is told of stock for, and how far each is behind.",
      }),
    ),
  },
  { $id: "SystemState", additionalProperties: false },
);

const written = ({ oldestChangeAt, toldAt, failure, ...lag }: ChannelLag): Static<typeof ChannelAvailability> => ({
  ...lag,
  ...(oldestChangeAt ? { oldestChangeAt: oldestChangeAt.toISOString() } : {}),
  ...(toldAt ? { toldAt: toldAt.toISOString() } : {}),
  ...(failure === null ? {} : { failure }),
});

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
    const systems = (await hub.systems.list()).map(({ until, oldestQueuedAt, availability, ...state }) => ({
      ...state,
      ...(availability.length > 0 ? { availability: availability.map(written) } : {}),
      ...(until ? { until: until.toISOString() } : {}),
      ...(oldestQueuedAt ? { oldestQueuedAt: oldestQueuedAt.toISOString() } : {}),
    }));
    return reply.code(200).send({ systems });
  },
});
