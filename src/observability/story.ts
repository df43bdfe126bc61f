import { Instant } from "#contracts";
import { Type, type Static } from "typebox";

const Details = Type.Object(
  {
    method: Type.String(),
    url: Type.String(),
    idempotencyKey: Type.Optional(Type.String()),
    requestBody: Type.Optional(Type.String()),
    answerBody: Type.Optional(Type.String()),
    explanation: Type.Optional(Type.String()),
  },
  { additionalProperties: false, description: "What was sent and answered, masked." },
);

/** One line of the story. */
export const StoryStep = Type.Object(
  {
    at: Instant,
    kind: Type.Enum(["event", "exchange", "note"], {
      description: "Something that happened; a call to a system; what a process made of a fact it did not act on.",
    }),
    system: Type.Optional(Type.String({ description: "Which system took part." })),
    sentence: Type.String(),
    status: Type.Optional(Type.Integer({ description: "HTTP status of a call." })),
    failed: Type.Optional(Type.Boolean()),
    durationMs: Type.Optional(Type.Integer()),
    details: Type.Optional(Details),
  },
  { additionalProperties: false },
);
export type StoryStep = Static<typeof StoryStep>;

/** Something the order waits for now. */
export const StoryWait = Type.Object(
  {
    what: Type.String(),
    why: Type.String(),
    since: Instant,
    system: Type.Optional(Type.String()),
    nextAttemptAt: Type.Optional(Instant),
  },
  { additionalProperties: false },
);
export type StoryWait = Static<typeof StoryWait>;

/** A decision with its reason, as it was recorded when it was made. */
export const StoryReason = Type.Object(
  { question: Type.String(), answer: Type.String(), details: Type.Array(Type.String()) },
  { additionalProperties: false },
);
export type StoryReason = Static<typeof StoryReason>;

/** An order's story: what happened, in time order; what it waits for; why it went as it did. */
export const Story = Type.Object(
  {
    salesOrderId: Type.String(),
    salesOrderNumber: Type.String(),
    numbers: Type.Array(Type.String(), { description: "Every other number of the order, each with what it is." }),
    stage: Type.String(),
    customerNumber: Type.String(),
    amount: Type.String(),
    steps: Type.Array(StoryStep),
    waits: Type.Array(StoryWait),
    reasons: Type.Array(StoryReason),
    alsoFound: Type.Array(Type.String(), { description: "Other orders under the number asked for." }),
  },
  { $id: "Story", additionalProperties: false },
);
export type Story = Static<typeof Story>;
