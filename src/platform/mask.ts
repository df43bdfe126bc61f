/** What is kept of an exchange is masked before it is kept: secrets wholly, personal data so far that a person can still tell two apart. */
const SECRET =
  /^(authorization|proxy-authorization|cookie|set-cookie|.*(password|passwd|secret|token|api[-_]?key|signature|hmac|credential|private[-_]?key).*)$/i;
const PERSONAL =
  /^(e[-_]?mail|phone|mobile|street\d?|street[-_]?line.*|address[-_]?line.*|address\d|contact[-_]?name|first[-_]?name|last[-_]?name|full[-_]?name|signed[-_]?by|attention|recipient([-_]?name)?)$/i;
const HIDDEN = "***";

const partly = (text: string): string => (text.length <= 2 ? HIDDEN : `${text.slice(0, 1)}${HIDDEN}${text.slice(-1)}`);

/** Parsed JSON or a record of headers, with secrets and personal data masked at any depth. */
export function mask(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(mask);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, content]) => [key, maskField(key, content)]));
}

function maskField(key: string, content: unknown): unknown {
  if (SECRET.test(key)) return content === null ? null : HIDDEN;
  if (PERSONAL.test(key) && (typeof content === "string" || typeof content === "number"))
    return partly(String(content));
  return mask(content);
}

/** The query string of a URL, value by value. */
export function maskUrl(url: string): string {
  const [path = "", query] = url.split("?");
  if (query === undefined) return path;
  const parameters = [...new URLSearchParams(query)].map(
    ([key, value]) => `${key}=${encodeURIComponent(String(maskField(key, value)))}`,
  );
  return `${path}?${parameters.join("&")}`;
}

/** A body as it went over the wire: JSON and forms are masked field by field, other text is kept to the length given, bytes are counted only. */
export function maskBody(text: string, contentType: string, charactersMax = 65_536): string {
  if (contentType.includes("json")) {
    try {
      return JSON.stringify(mask(JSON.parse(text))).slice(0, charactersMax);
    } catch {
      // Not the JSON it said it was: nothing is known of its fields, so nothing of it is kept.
      return `(${text.length} characters that are not JSON)`;
    }
  }
  if (contentType.includes("x-www-form-urlencoded")) return maskUrl(`?${text}`).slice(1, charactersMax);
  return contentType.startsWith("text/") || contentType.includes("xml")
    ? text.slice(0, charactersMax)
    : `(${text.length} characters of ${contentType || "no stated type"})`;
}
