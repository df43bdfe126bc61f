import { Instant, SystemCode } from "#contracts";
import type { ChannelLag } from "#observability";
import { Type, type Static } from "typebox";
import type { FeedState as HubFeed } from "../../hub.ts";
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

const FeedState = Type.Object(
  {
    entity: Type.String({ examples: ["stock", "prices"] }),
    readAt: Type.Optional(Instant),
    ageSeconds: Type.Optional(Type.Number({ minimum: 0, description: "Left out: it was never read." })),
    staleAfterSeconds: Type.Number({ minimum: 0 }),
    isStale: Type.Boolean({ description: "Older than it may be, or never read." }),
    read: Type.Integer({ description: "Documents read so far." }),
    changed: Type.Integer({ description: "Of these, that made something different." }),
    dropped: Type.Integer({ description: "Of these, repeats and what was known newer." }),
    late: Type.Integer({
      description: "Of these, movements that a statement contained before they came: kept, not applied.",
    }),
    failure: Type.Optional(Type.String({ description: "Why it could not be read when it was tried last." })),
  },
  { $id: "FeedState", additionalProperties: false },
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
    feeds: Type.Optional(Type.Array(FeedState, { description: "What is read from it, and how old that is." })),
  },
  { $id: "SystemState", additionalProperties: false },
);

const written = ({ oldestChangeAt, toldAt, failure, ...lag }: ChannelLag): Static<typeof ChannelAvailability> => ({
  ...lag,
  ...(oldestChangeAt ? { oldestChangeAt: oldestChangeAt.toISOString() } : {}),
  ...(toldAt ? { toldAt: toldAt.toISOString() } : {}),
  ...(failure === null ? {} : { failure }),
});

const writtenFeed = (feed: HubFeed): Static<typeof FeedState> => ({
  entity: feed.entity,
  ...(feed.readAt ? { readAt: feed.readAt.toISOString() } : {}),
  ...(feed.ageSeconds === null ? {} : { ageSeconds: feed.ageSeconds }),
  staleAfterSeconds: feed.staleAfterSeconds,
  isStale: feed.isStale,
  read: feed.documentsRead,
  changed: feed.documentsChanged,
  dropped: feed.documentsDropped,
  late: feed.documentsLate,
  ...(feed.lastError === null ? {} : { failure: feed.lastError }),
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
    const systems = (await hub.systems.list()).map(({ until, oldestQueuedAt, availability, feeds, ...state }) => ({
      ...state,
      ...(availability.length > 0 ? { availability: availability.map(written) } : {}),
      ...(feeds.length > 0 ? { feeds: feeds.map(writtenFeed) } : {}),
      ...(until ? { until: until.toISOString() } : {}),
      ...(oldestQueuedAt ? { oldestQueuedAt: oldestQueuedAt.toISOString() } : {}),
    }));
    return reply.code(200).send({ systems });
  },
});
