import { CloudEventAttributes, CrossdockError, eventCatalogue, nearestName } from "#contracts";
import { Type } from "typebox";

/** An event on the wire; what `data` holds is told by its type, and described in the AsyncAPI document. */
export const WireEvent = Type.Object(
  { ...CloudEventAttributes, type: Type.String({ examples: ["sales-order.accepted.v1"] }), data: Type.Unknown() },
  { $id: "Event" },
);

export const typesParameter = Type.Optional(
  Type.String({
    description: "Only events of these types, separated by commas.",
    examples: ["sales-order.accepted.v1"],
  }),
);

const known = eventCatalogue.map(({ type }) => type);

/** A misspelt type would match nothing for ever, so it is refused. */
export function readTypes(text: string | undefined): readonly string[] | undefined {
  if (text === undefined) return undefined;
  const types = text.split(",").map((type) => type.trim());
  const strangers = types.filter((type) => !known.includes(type));
  if (strangers.length === 0) return types;
  const faults = strangers.map((type) => {
    const meant = nearestName(type, known);
    return {
      path: "query types",
      expected: "types of the event catalogue",
      found: type,
      ...(meant ? { fix: `Did you mean \`${meant}\`?` } : {}),
    };
  });
  throw new CrossdockError("invalid-document", "There are no such events.", { faults });
}

export function refuseCursor(error: unknown): never {
  if (!(error instanceof RangeError)) throw error;
  const fault = {
    path: "query after",
    expected: "a cursor of an earlier answer, or nothing",
    fix: "Begin without `after`.",
  };
  throw new CrossdockError("invalid-document", error.message, { faults: [fault] });
}
