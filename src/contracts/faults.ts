import { IsArray, IsObject, IsUnion, type TObject, type TSchema } from "typebox";
import { Value } from "typebox/value";
import type { Fault } from "./errors.ts";

const SHOWN_CHARACTERS_MAX = 60;

/** A value as a fault shows it: short, and telling text from numbers. */
export function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : `a list of ${value.length}`;
  if (value !== null && typeof value === "object") return "an object";
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > SHOWN_CHARACTERS_MAX ? `${text.slice(0, SHOWN_CHARACTERS_MAX)}…` : text;
}

/** How many letters differ between two words, or are swapped for their neighbours. */
function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, index) => index)];
  const cell = (row: number, column: number) => rows[row]?.[column] ?? 0;
  for (let i = 1; i <= a.length; i += 1) {
    rows[i] = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const plain = Math.min(cell(i - 1, j) + 1, cell(i, j - 1) + 1, cell(i - 1, j - 1) + same);
      rows[i]?.push(swapped ? Math.min(plain, cell(i - 2, j - 2) + 1) : plain);
    }
  }
  return cell(a.length, b.length);
}

const letters = (word: string) => word.toLowerCase().replaceAll(/[^a-z0-9]/g, "");

/** The name somebody probably meant, where one is near enough to be worth saying. */
export function nearestName(name: string, names: readonly string[]): string | null {
  const wanted = letters(name);
  const ranked = names
    .map((candidate) => ({ candidate, away: distance(wanted, letters(candidate)) }))
    .sort((a, b) => a.away - b.away);
  const best = ranked[0];
  return best && best.away <= Math.max(1, Math.floor(wanted.length / 3)) ? best.candidate : null;
}

const keyword = (schema: TSchema, name: string): unknown => Reflect.get(schema, name);

function bound(schema: TSchema, name: string): number | undefined {
  const value = keyword(schema, name);
  return typeof value === "number" ? value : undefined;
}

function between(least: number | undefined, most: number | undefined): string {
  if (least !== undefined && most !== undefined) return ` of ${least} to ${most}`;
  if (least !== undefined) return ` of at least ${least}`;
  return most === undefined ? "" : ` of at most ${most}`;
}

const lowered = (sentence: string) =>
  (/^[A-Z](?![A-Z])/.test(sentence) ? sentence.charAt(0).toLowerCase() + sentence.slice(1) : sentence).replace(
    /\.$/,
    "",
  );

function example(schema: TSchema): string {
  const examples = keyword(schema, "examples");
  return Array.isArray(examples) && examples.length > 0 ? `, for instance ${JSON.stringify(examples[0])}` : "";
}

function described(schema: TSchema): string | null {
  const description = keyword(schema, "description");
  return typeof description === "string" ? lowered(description) + example(schema) : null;
}

function textPhrase(schema: TSchema): string {
  const characters = between(bound(schema, "minLength"), bound(schema, "maxLength"));
  return described(schema) ?? (characters ? `text${characters} characters` : `text${example(schema)}`);
}

/** TypeBox leaves `required` out where nothing is, whatever its type says. */
function requiredOf(schema: TSchema): readonly string[] {
  const names = keyword(schema, "required");
  return Array.isArray(names) ? names.map(String) : [];
}

function kindPhrase(schema: TSchema): string {
  switch (keyword(schema, "type")) {
    case "string":
      return textPhrase(schema);
    case "integer":
      return `a whole number${between(bound(schema, "minimum"), bound(schema, "maximum"))}`;
    case "number":
      return `a number${between(bound(schema, "minimum"), bound(schema, "maximum"))}`;
    case "boolean":
      return "true or false";
    case "array":
      return `a list${between(bound(schema, "minItems"), bound(schema, "maxItems"))}`;
    case "object":
      return `an object with ${requiredOf(schema).join(", ") || "fields"}`;
    default:
      return described(schema) ?? "another value";
  }
}

/** What a schema asks for, in words a person reads. */
export function phraseOf(schema: TSchema): string {
  const values = keyword(schema, "enum");
  if (Array.isArray(values)) return `one of ${values.map(String).join(", ")}`;
  const constant = keyword(schema, "const");
  if (constant !== undefined) return JSON.stringify(constant);
  if (IsUnion(schema)) return schema.anyOf.map(phraseOf).join(", or ");
  return kindPhrase(schema);
}

const escaped = (key: string) => key.replaceAll("~", "~0").replaceAll("/", "~1");

function fixFor(schema: TSchema, value: unknown): { readonly fix?: string } {
  if (keyword(schema, "type") === "string" && typeof value === "number")
    return {
      fix: `Write it in quotes: "${value}". Amounts and quantities travel as text, so that nothing is rounded.`,
    };
  if (typeof value === "string" && value !== value.trim()) return { fix: "Remove the blanks around it." };
  return {};
}

const wrong = (schema: TSchema, value: unknown, path: string): Fault => ({
  path,
  expected: phraseOf(schema),
  found: shown(value),
  ...fixFor(schema, value),
});

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  value !== null && typeof value === "object" && !Array.isArray(value);

function faultsOfObject(schema: TObject, value: Readonly<Record<string, unknown>>, path: string): readonly Fault[] {
  const names = Object.keys(schema.properties);
  const required = requiredOf(schema);
  const known = Object.entries(schema.properties).flatMap(([name, property]) => {
    const at = `${path}/${escaped(name)}`;
    const inside = Object.hasOwn(value, name) ? value[name] : undefined;
    if (inside !== undefined) return findFaults(property, inside, at);
    return required.includes(name) ? [wrong(property, undefined, at)] : [];
  });
  if (keyword(schema, "additionalProperties") !== false) return known;
  const strangers = Object.keys(value).filter((name) => !names.includes(name));
  const unknown = strangers.map((name) => {
    const meant = nearestName(name, names);
    return {
      path: `${path}/${escaped(name)}`,
      expected: "no field of this name",
      found: shown(value[name]),
      fix: meant ? `Did you mean \`${meant}\`?` : `The fields known here are ${names.join(", ")}.`,
    };
  });
  return [...known, ...unknown];
}

function faultsOfList(schema: TSchema & { readonly items: TSchema }, value: unknown, path: string): readonly Fault[] {
  if (!Array.isArray(value)) return [wrong(schema, value, path)];
  const length = value.length;
  const isOutside = length < (bound(schema, "minItems") ?? 0) || length > (bound(schema, "maxItems") ?? Infinity);
  const items = value.flatMap((item, index) => findFaults(schema.items, item, `${path}/${index}`));
  return isOutside ? [wrong(schema, value, path), ...items] : items;
}

/** Of several shapes a thing may have, the one it comes nearest to: sharing most names, then having fewest faults. */
function faultsOfUnion(schemas: readonly TSchema[], whole: TSchema, value: unknown, path: string): readonly Fault[] {
  if (!isRecord(value)) return [wrong(whole, value, path)];
  const shapes = schemas.filter(IsObject).map((schema) => ({
    shared: Object.keys(value).filter((name) => name in schema.properties).length,
    faults: faultsOfObject(schema, value, path),
  }));
  shapes.sort((a, b) => b.shared - a.shared || a.faults.length - b.faults.length);
  return shapes[0]?.faults ?? [wrong(whole, value, path)];
}

/**
 * Everything wrong with a value, in plain words, each with a JSON pointer; empty where it fits. TypeBox says whether a value fits; this says why
 * not, and unlike the validator's own report it stops at no number of faults and picks the shape of a union that was meant.
 */
export function findFaults(schema: TSchema, value: unknown, path = ""): readonly Fault[] {
  if (Value.Check(schema, value)) return [];
  if (IsUnion(schema)) return faultsOfUnion(schema.anyOf, schema, value, path);
  if (IsObject(schema) && isRecord(value)) return faultsOfObject(schema, value, path);
  if (IsArray(schema)) return faultsOfList(schema, value, path);
  return [wrong(schema, value, path)];
}
