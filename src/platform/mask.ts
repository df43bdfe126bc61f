import { HIDDEN, isWhollyHidden, openly, shownAs, type Shown } from "./mask-rules.ts";
import { maskXml } from "./mask-xml.ts";

const DEPTH_MAX = 100;

const hasOwnJson = (value: object): value is { toJSON(): unknown } =>
  "toJSON" in value && typeof value.toJSON === "function";

function masked(value: unknown, shown: Shown, above: readonly object[]): unknown {
  if (isWhollyHidden(shown)) return value === null ? null : HIDDEN;
  if (typeof value === "string") return shown(value);
  if (typeof value === "number" && shown !== openly) return shown(String(value));
  if (value === null || typeof value !== "object") return value;
  if (above.includes(value)) return "(circular)";
  // Nobody reads that deep, and a hostile answer must not exhaust the stack.
  if (above.length >= DEPTH_MAX) return HIDDEN;
  if (hasOwnJson(value)) return masked(value.toJSON(), shown, [...above, value]);
  const inside = [...above, value];
  if (Array.isArray(value)) return value.map((item: unknown) => masked(item, shown, inside));
  return Object.fromEntries(
    Object.entries(value).map(([key, content]) => [key, masked(content, shownAs(key, shown), inside)]),
  );
}

/**
 * Anything that goes as JSON, a record of headers among them: secrets hidden wholly, personal data so far that a person can still tell two apart,
 * at any depth.
 */
export const mask = (value: unknown): unknown => masked(value, openly, []);

const maskForm = (text: string): string =>
  [...new URLSearchParams(text)]
    .map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(shownAs(key, openly)(value))}`)
    .join("&");

/** The query string of a URL value by value, and what is signed in with before its host. */
export function maskUrl(url: string): string {
  const start = url.indexOf("?");
  if (start < 0) return openly(url);
  return `${openly(url.slice(0, start))}?${maskForm(url.slice(start + 1))}`;
}

function maskJson(text: string): string | null {
  try {
    return JSON.stringify(mask(JSON.parse(text)));
  } catch {
    return null;
  }
}

/**
 * A body as it went over the wire: JSON, XML and forms are masked field by field, other text is kept to the length given, bytes are counted only.
 * Of what is not what it says it is, nothing is known and so nothing is kept.
 */
export function maskBody(text: string, contentType: string, charactersMax = 65_536): string {
  const type = contentType.toLowerCase();
  const counted = `(${text.length} characters`;
  if (type.includes("json")) return maskJson(text)?.slice(0, charactersMax) ?? `${counted} that are not JSON)`;
  if (type.includes("xml")) return maskXml(text)?.slice(0, charactersMax) ?? `${counted} that are not XML)`;
  if (type.includes("x-www-form-urlencoded")) return maskForm(text).slice(0, charactersMax);
  return type.startsWith("text/") ? text.slice(0, charactersMax) : `${counted} of ${contentType || "no stated type"})`;
}
