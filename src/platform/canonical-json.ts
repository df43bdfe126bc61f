import { createHash } from "node:crypto";

const sorted = (_key: string, value: unknown): unknown =>
  value !== null && typeof value === "object" && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
    : value;

/** JSON with its keys in order: equal content, equal text. */
export const canonicalJson = (value: unknown): string => JSON.stringify(value, sorted) ?? "null";

/** SHA-256 of the canonical JSON, in hex. */
export const fingerprint = (value: unknown): string => createHash("sha256").update(canonicalJson(value)).digest("hex");
