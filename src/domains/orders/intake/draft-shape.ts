import { SalesOrderDraft, type Fault } from "#contracts";
import { Compile } from "typebox/compile";

const shape = Compile(SalesOrderDraft);

/** `json` is the draft's. Everything about it that its schema forbids, or that is spelt right and is still no day, no instant, no text. Empty: it is a draft. */
export function draftShapeFaults(draft: unknown, json?: string): Fault[] {
  if (!shape.Check(draft)) return schemaFaults(draft);
  return [...dateFaults(draft), ...(isHoldable(json ?? JSON.stringify(draft)) ? [] : textFaults(draft, ""))];
}

function schemaFaults(draft: unknown): Fault[] {
  const faults = shape.Errors(draft).flatMap(({ keyword, instancePath, schemaPath, message, params }): Fault[] => {
    // An unknown field is told of at its own path, a failed alternative by its fields.
    if (keyword === "additionalProperties" || keyword === "anyOf") return [];
    if (keyword === "required" && "requiredProperties" in params) {
      return params.requiredProperties.map((name) => ({
        path: `${instancePath}/${name}`,
        expected: "a value",
        found: "nothing",
      }));
    }
    const expected = keyword === "boolean" ? "no such field" : (describedAt(schemaPath) ?? message);
    return [{ path: instancePath, expected, ...foundAt(draft, instancePath) }];
  });
  return [...new Map(faults.map((fault) => [fault.path, fault])).values()];
}

function at(value: unknown, pointer: string): unknown {
  const names = pointer.split("/").slice(1);
  return names.reduce<unknown>(
    (inside, name) => (inside !== null && typeof inside === "object" ? Reflect.get(inside, name) : undefined),
    value,
  );
}

function describedAt(schemaPath: string): string | null {
  const schema = at(SalesOrderDraft, schemaPath.replace(/^#/, ""));
  const description = at(schema, "/description");
  return typeof description === "string" ? description : null;
}

function foundAt(draft: unknown, pointer: string): { found: string } | object {
  const found = at(draft, pointer);
  return found === undefined ? {} : { found: (JSON.stringify(found) ?? "").slice(0, 100) };
}

const FIRST_YEAR = 1970;
const LAST_YEAR = 2199;

function isDay(text: string): boolean {
  const [year = 0, month = 0, day = 0] = text.slice(0, 10).split("-").map(Number);
  const date = new Date(Date.UTC(year, month - 1, day));
  return year >= FIRST_YEAR && year <= LAST_YEAR && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}
const isInstant = (text: string): boolean => isDay(text) && !Number.isNaN(Date.parse(text));

function dateFaults(draft: SalesOrderDraft): Fault[] {
  const days = [
    { path: "/requestedOn", day: draft.requestedOn },
    ...draft.lines.map(({ requestedOn }, index) => ({ path: `/lines/${index}/requestedOn`, day: requestedOn })),
  ];
  const faults = days.flatMap(({ path, day }): Fault[] =>
    day === undefined || isDay(day) ? [] : [{ path, expected: "a day of the calendar, YYYY-MM-DD", found: day }],
  );
  if (isInstant(draft.orderedAt)) return faults;
  return [{ path: "/orderedAt", expected: "an instant, as 2026-11-23T14:05:00Z", found: draft.orderedAt }, ...faults];
}

/** JSON escapes NUL and halves of a character, and nothing else that way: one look at the text spares a walk through every field. */
const isHoldable = (json: string): boolean => !/\\u(?:0000|d[89a-f])/.test(json);

/** What PostgreSQL and our partners cannot hold: NUL, and halves of a character. */
function textFaults(value: unknown, path: string): Fault[] {
  if (typeof value === "string") {
    return !value.includes("\u0000") && value.isWellFormed()
      ? []
      : [{ path, expected: "text without NUL and without broken characters" }];
  }
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value).flatMap(([name, content]) => textFaults(content, `${path}/${name}`));
}
