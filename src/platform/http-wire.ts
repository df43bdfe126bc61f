import { CallFailure, categoryOf, retryAfterMs } from "./call-failure.ts";
import type { HttpAnswer, HttpRequest } from "./http-client.ts";
import { mask } from "./mask.ts";

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

/** Reads to the end or to the limit: an answer that never ends must not fill the memory. */
export async function readText(response: Response, bytesMax: number): Promise<string> {
  if (!response.body) return "";
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body) {
    bytes += chunk.byteLength;
    if (bytes > bytesMax) throw new RangeError(`the answer is larger than ${bytesMax} bytes`);
    chunks.push(chunk);
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

/** What went wrong without an answer, as a failure. */
export function unanswered(
  error: unknown,
  system: string,
  { operation, method }: HttpRequest,
  timeoutMs: number,
): CallFailure {
  const isRead = method === "GET";
  if (isTimeout(error)) {
    const doubt = isRead ? "" : " Whether it took effect is not known.";
    return new CallFailure(`no answer within ${timeoutMs} ms.${doubt}`, {
      category: "timed-out",
      outcome: isRead ? "not-done" : "unknown",
      system,
      operation,
      cause: error,
    });
  }
  if (error instanceof RangeError)
    return new CallFailure(error.message, { category: "malformed", outcome: "done", system, operation });
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
function parsed(text: string, contentType: string): unknown {
  if (!contentType.includes("json") || text === "") return text;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The answer of a 2xx; a CallFailure of the right category for everything else. */
export function judge(response: Response, text: string, system: string, operation: string, now: Date): HttpAnswer {
  const body = parsed(text, response.headers.get("content-type") ?? "");
  const status = response.status;
  if (!response.ok) {
    const after = retryAfterMs(response.headers.get("retry-after"), now);
    const said = body === undefined || typeof body === "string" ? "" : ` ${JSON.stringify(mask(body)).slice(0, 300)}`;
    throw new CallFailure(`answered ${status}${said}`, {
      ...categoryOf(status),
      system,
      operation,
      status,
      body: body ?? text,
      ...(after === null ? {} : { retryAfterMs: after }),
    });
  }
  if (body === undefined) {
    throw new CallFailure("the answer says it is JSON and cannot be read.", {
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
