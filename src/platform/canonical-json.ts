import { hash } from "node:crypto";

/** A copy, sorted, is written faster by far than through a replacer, and every order's draft passes here. */
function sorted(value: unknown): unknown {
  if (value === null || typeof value !== "object" || value instanceof Date) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const keys = Object.keys(value).sort();
  return Object.fromEntries(keys.map((key) => [key, sorted(Reflect.get(value, key))]));
}

/** JSON with its keys in order: equal content, equal text. */
export const canonicalJson = (value: unknown): string => JSON.stringify(sorted(value)) ?? "null";

/** SHA-256 of the canonical JSON, in hex. */
export const fingerprint = (value: unknown): string => fingerprintOfText(canonicalJson(value));

/** Of what is canonical JSON already. */
export const fingerprintOfText = (canonical: string): string => hash("sha256", canonical);
