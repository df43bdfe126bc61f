import { Instant } from "#contracts";
import { Type, type Static } from "typebox";

const AgeSeconds = Type.Number({ minimum: 0, description: "How long ago that was, when this was answered." });

/** How old what an answer was given from is: the hub's memory against its books, and each source against its owner. */
export const Knowledge = Type.Object(
  {
    readAt: Type.Union([Instant, Type.Null()], {
      description: "When what is kept in memory last agreed with the hub's books.",
    }),
    ageSeconds: Type.Union([AgeSeconds, Type.Null()]),
    sources: Type.Array(
      Type.Object(
        {
          system: Type.String(),
          entity: Type.String({ examples: ["stock", "prices"] }),
          readAt: Type.Union([Instant, Type.Null()], { description: "When its owner was last asked with success." }),
          ageSeconds: Type.Union([AgeSeconds, Type.Null()]),
          isStale: Type.Boolean({ description: "Older than the hub was told such knowledge may be." }),
        },
        { additionalProperties: false },
      ),
    ),
  },
  {
    $id: "Knowledge",
    additionalProperties: false,
    description: "How old the knowledge is that an answer is given from.",
  },
);
export type Knowledge = Static<typeof Knowledge>;
