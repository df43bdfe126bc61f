import { CallFailure, categoryOf, retryAfterMs } from "./call-failure.ts";
import type { HttpAnswer, HttpRequest } from "./http-client.ts";
import { mask, maskUrl } from "./mask.ts";

/** What goes over the wire and what comes back, read and judged. */
export interface Sent {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  readonly contentType: string;
}

/** A request as it is sent: header names in lower case, the body as text. */
export function prepare(request: HttpRequest, baseUrl: string, common: Readonly<Record<string, string>>): Sent {
  const query = request.query ? `?${new URLSearchParams(request.query).toString()}` : "";
  const form = request.body instanceof URLSearchParams;
  const text =
    request.body === undefined
      ? null
      : form || typeof request.body === "string"
        ? String(request.body)
        : JSON.stringify(request.body);
  const given = Object.fromEntries(
    Object.entries({ ...common, ...request.headers }).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const contentType = given["content-type"] ?? (form ? "application/x-www-form-urlencoded" : "application/json");
  const headers = { accept: "application/json", ...given, ...(text === null ? {} : { "content-type": contentType }) };
  return { url: baseUrl.replace(/\/$/, "") + request.path + query, headers, body: text, contentType };
}

/** What was read of an answer; null where it went on beyond the limit. */
export type ReadText = string | null;

/** Reads to the end or to the limit: an answer that never ends must not fill the memory. */
export async function readText(response: Response, bytesMax: number): Promise<ReadText> {
  if (!response.body) return "";
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response.body) {
      bytes += chunk.byteLength;
      if (bytes > bytesMax) return null;
      chunks.push(chunk);
    }
  } catch (error) {
    // A refusal is one by its status, whether or not its explanation arrived.
    if (response.ok) throw error;
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** Before the first byte left, nothing can have happened over there; after it, anything can. */
const NEVER_SENT = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  if ("code" in error && typeof error.code === "string") return error.code;
  return codeOf(error.cause);
}

const isTimeout = (error: unknown): boolean =>
  error instanceof Error && (error.name === "TimeoutError" || error.name === "AbortError");

/** What went wrong without an answer, as a failure. `calledOff`: it was we who stopped waiting, before the time was up. */
export function unanswered(
  error: unknown,
  system: string,
  { operation, method }: HttpRequest,
  { timeoutMs, calledOff }: { readonly timeoutMs: number; readonly calledOff: boolean },
): CallFailure {
  const isRead = method === "GET";
  if (calledOff || isTimeout(error)) {
    const doubt = isRead ? "" : " Whether it took effect is not known.";
    const what = calledOff ? "called off before the answer came" : `no answer within ${timeoutMs} ms`;
    return new CallFailure(`${what}.${doubt}`, {
      category: "timed-out",
      outcome: isRead ? "not-done" : "unknown",
      system,
      operation,
      cause: error,
    });
  }
  const code = codeOf(error);
  const outcome = isRead || NEVER_SENT.has(code) ? "not-done" : "unknown";
  return new CallFailure(`no connection (${code || String(error)}). It is tried again by itself.`, {
    category: "unavailable",
    outcome,
    system,
    operation,
    cause: error,
  });
}

/** Undefined where the text says it is JSON and is not. */
function parsed(text: ReadText, contentType: string): unknown {
  if (text === null || !contentType.includes("json") || text === "") return text;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** For a person to see where the configured address should have pointed. */
function saidIn(response: Response, body: unknown): string {
  const location = response.headers.get("location");
  if (response.status < 400 && location) return `, and would have us go to ${maskUrl(location)}`;
  return body === null || typeof body !== "object" ? "" : ` ${JSON.stringify(mask(body)).slice(0, 300)}`;
}

/** The answer of a 2xx; a CallFailure of the right category for everything else. */
export function judge(response: Response, text: ReadText, system: string, operation: string, now: Date): HttpAnswer {
  const body = parsed(text, response.headers.get("content-type") ?? "");
  const status = response.status;
  if (!response.ok) {
    const after = retryAfterMs(response.headers.get("retry-after"), now);
    throw new CallFailure(`answered ${status}${saidIn(response, body)}`, {
      ...categoryOf(status),
      system,
      operation,
      status,
      body: body ?? text,
      ...(after === null ? {} : { retryAfterMs: after }),
    });
  }
  if (text === null || body === undefined) {
    const wrong = text === null ? "is larger than a call may bring" : "says it is JSON and cannot be read";
    throw new CallFailure(`the answer ${wrong}.`, {
      category: "malformed",
      outcome: "done",
      system,
      operation,
      status,
      body: text,
    });
  }
  return { status, headers: Object.fromEntries(response.headers), body };
}
