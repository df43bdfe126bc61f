/** A document as SQL built it, its absent fields absent rather than null. One level deep: what lies below was stored as it came. */
export function withoutNulls<Document extends object>(document: Document): Document {
  for (const [key, value] of Object.entries(document)) if (value === null) Reflect.deleteProperty(document, key);
  return document;
}

/** An instant as documents write it, for jsonb_build_object; bare it would carry the session's time zone. */
export const instantSql = (column: string): string =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** The elements of a jsonb array of texts, as an array: `= any(...)` of it is looked up in an index whatever the planner guesses. */
export const textArraySql = (json: string): string => `array(select jsonb_array_elements_text(${json}))`;
