import type { TSchema } from "typebox";
import { documentCatalogue } from "../documents/index.ts";
import { Problem } from "../errors.ts";
import { eventCatalogue } from "../events/index.ts";

const DIALECT = "https://json-schema.org/draft/2020-12/schema";

/** Plain JSON of a schema: what TypeBox keeps beside it for itself is not ours to publish. */
export const asJson = (schema: TSchema): Record<string, unknown> => JSON.parse(JSON.stringify(schema));

const nameOf = (schema: TSchema): string =>
  "$id" in schema && typeof schema.$id === "string" ? schema.$id : "Unnamed";

/** `Customer` and the other documents by name, each a schema of its own with nothing to resolve elsewhere. */
export function documentSchemas(): ReadonlyMap<string, Record<string, unknown>> {
  return new Map(
    [...documentCatalogue, Problem].map((schema) => [
      nameOf(schema),
      { $schema: DIALECT, title: nameOf(schema), ...asJson(schema) },
    ]),
  );
}

/** The data of every event by its CloudEvents type, `sales-order.accepted.v1`. */
export function eventSchemas(): ReadonlyMap<string, Record<string, unknown>> {
  return new Map(
    eventCatalogue.map((kind) => [
      kind.type,
      { $schema: DIALECT, $id: kind.type, title: kind.type, description: kind.summary, ...asJson(kind.data) },
    ]),
  );
}
