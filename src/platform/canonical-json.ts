import { hash } from "node:crypto";

/** In place: documents have a dozen keys, and for so few the general way costs twice as much and leaves more behind. */
function sortKeys(keys: string[]): string[] {
  for (let index = 1; index < keys.length; index += 1) {
    const key = keys[index] ?? "";
    let place = index;
    for (; place > 0 && (keys[place - 1] ?? "") > key; place -= 1) keys[place] = keys[place - 1] ?? "";
    keys[place] = key;
  }
  return keys;
}

const FEW = 32;

/** A copy, sorted, is written faster by far than through a replacer, and every order's draft passes here. */
function sorted(value: unknown): unknown {
  if (value === null || typeof value !== "object" || value instanceof Date) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const keys = Object.keys(value);
  const inOrder = keys.length > FEW ? keys.sort() : sortKeys(keys);
  // To set this one would be to give the copy a prototype, and to lose the field.
  if (keys.includes("__proto__"))
    return Object.fromEntries(inOrder.map((key) => [key, sorted(Reflect.get(value, key))]));
  const copy: Record<string, unknown> = {};
  for (const key of inOrder) copy[key] = sorted(Reflect.get(value, key));
  return copy;
}

/** JSON with its keys in order: equal content, equal text. */
export const canonicalJson = (value: unknown): string => JSON.stringify(sorted(value)) ?? "null";

/** SHA-256 of the canonical JSON, in hex. */
export const fingerprint = (value: unknown): string => fingerprintOfText(canonicalJson(value));

/** Of what is canonical JSON already. */
export const fingerprintOfText = (canonical: string): string => hash("sha256", canonical);
