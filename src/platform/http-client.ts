import { CallFailure, silences } from "./call-failure.ts";
import type { Clock } from "./clock.ts";
import type { CallResult, Lane } from "./lane.ts";
import { judge, prepare, readText, unanswered, type ReadText, type Sent } from "./http-wire.ts";
import { HIDDEN } from "./mask-rules.ts";
import { mask, maskBody, maskUrl } from "./mask.ts";

export interface HttpRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  /** What this call is, in the port's words: `create-sales-order`. Metrics, exchanges and messages carry it. */
  readonly operation: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object goes as JSON; URLSearchParams as a form; text as it is. */
  readonly body?: unknown;
  readonly timeoutMs?: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed where it is JSON, text otherwise. */
  readonly body: unknown;
}

/** The one way out. Answers 2xx; everything else is a CallFailure with its category. */
export interface HttpClient {
  send(request: HttpRequest): Promise<HttpAnswer>;
}

/** One call and its answer, masked, as it is kept. */
export interface Exchange {
  readonly correlationId: string | null;
  readonly commandId: string | null;
  readonly idempotencyKey: string | null;
  readonly attempt: number;
  readonly system: string;
  readonly operation: string;
  readonly method: string;
  readonly url: string;
  readonly requestHeaders: unknown;
  readonly requestBody: string | null;
  readonly status: number | null;
  readonly answerHeaders: unknown;
  readonly answerBody: string | null;
  readonly category: string | null;
  readonly explanation: string | null;
  readonly startedAt: Date;
  readonly latencyMs: number;
}

/** On whose behalf a call is made. */
export interface CallContext {
  readonly correlationId?: string;
  readonly commandId?: string;
  readonly idempotencyKey?: string;
  readonly attempt?: number;
  readonly signal?: AbortSignal;
}

interface ClientOptions {
  readonly baseUrl: string;
  readonly lane: Lane;
  readonly clock: Clock;
  /** Sent with every call. They are what we sign in with, and so never recorded, whatever the vendor calls them. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly record: (exchange: Exchange) => void;
  readonly fetch?: typeof globalThis.fetch;
  readonly bytesMax?: number;
}

const BYTES_MAX = 10 * 1024 * 1024;
const PLACE_POLL_MS = 10;

/** What became of one call, as it is recorded. */
interface Passage {
  readonly sent: Sent;
  readonly request: HttpRequest;
  readonly context: CallContext;
  readonly startedAt: Date;
  readonly latencyMs: number;
  readonly response: Response | null;
  readonly text: string | null;
  readonly failure: CallFailure | null;
}

const hidden = (headers: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.keys(headers).map((name) => [name.toLowerCase(), HIDDEN]));

function recorded(
  { lane: { system }, headers = {} }: ClientOptions,
  { sent, request, context, startedAt, latencyMs, response, text, failure }: Passage,
): Exchange {
  const answerHeaders = response ? Object.fromEntries(response.headers) : {};
  return {
    correlationId: context.correlationId ?? null,
    commandId: context.commandId ?? null,
    idempotencyKey: context.idempotencyKey ?? null,
    attempt: context.attempt ?? 1,
    system,
    operation: request.operation,
    method: request.method,
    url: maskUrl(sent.url),
    requestHeaders: mask({ ...sent.headers, ...hidden(headers) }),
    requestBody: sent.body === null ? null : maskBody(sent.body, sent.contentType),
    status: response?.status ?? null,
    answerHeaders: mask(answerHeaders),
    answerBody: text === null ? null : maskBody(text, answerHeaders["content-type"] ?? ""),
    category: failure?.category ?? null,
    explanation: failure?.message ?? null,
    startedAt,
    latencyMs,
  };
}

/** Sends, reads, judges and records one call; its place in the lane is the caller's business. */
async function exchange(options: ClientOptions, request: HttpRequest, context: CallContext): Promise<HttpAnswer> {
  const { lane, clock, record, fetch = globalThis.fetch, bytesMax = BYTES_MAX } = options;
  const sent = prepare(request, options.baseUrl, options.headers ?? {});
  const timeoutMs = request.timeoutMs ?? lane.limits.timeoutMs;
  const startedAt = clock.now();
  const startedMs = performance.now();
  let response: Response | null = null;
  let text: ReadText = null;
  let failure: CallFailure | null = null;
  try {
    const timeout = AbortSignal.timeout(timeoutMs);
    const signal = context.signal ? AbortSignal.any([context.signal, timeout]) : timeout;
    const body = sent.body === null ? {} : { body: sent.body };
    response = await fetch(sent.url, {
      method: request.method,
      headers: { ...sent.headers },
      signal,
      redirect: "manual",
      ...body,
    });
    text = await readText(response, bytesMax);
    return judge(response, text, lane.system, request.operation, clock.now());
  } catch (error) {
    const calledOff = context.signal?.aborted ?? false;
    failure = error instanceof CallFailure ? error : unanswered(error, lane.system, request, { timeoutMs, calledOff });
    throw failure;
  } finally {
    const latencyMs = Math.round(performance.now() - startedMs);
    record(recorded(options, { sent, request, context, startedAt, latencyMs, response, text, failure }));
  }
}

/** A full lane is waited for, for as long as a call may take; a closed one is not. */
async function enterLane(lane: Lane, clock: Clock, operation: string, signal?: AbortSignal): Promise<void> {
  const { system, limits } = lane;
  const deferred = (explanation: string) =>
    new CallFailure(`${explanation} Nothing was sent; it goes on by itself.`, {
      category: "unavailable",
      outcome: "not-done",
      deferred: true,
      system,
      operation,
    });
  const until = clock.now().getTime() + limits.timeoutMs;
  while (!lane.enter()) {
    const { state, explanation } = lane.status();
    if (state !== "open") throw deferred(`the lane is ${state}: ${explanation}`);
    if (clock.now().getTime() >= until) throw deferred("the lane is full.");
    if (signal?.aborted) throw deferred("called off while the lane was full.");
    await clock.sleep(PLACE_POLL_MS, signal);
  }
}

/** For the breaker: a system that says no is well; one that says nothing, or that it cannot, is not. */
const isSilence = (failure: unknown) => failure instanceof CallFailure && silences.includes(failure.category);

/** A client to one system through its lane; called with the context of the work it is for. */
export const createHttpClient =
  (options: ClientOptions) =>
  (context: CallContext = {}): HttpClient => ({
    async send(request) {
      const { lane, clock } = options;
      await enterLane(lane, clock, request.operation, context.signal);
      let result: CallResult = "answered";
      try {
        return await exchange(options, request, context);
      } catch (failure) {
        if (isSilence(failure)) result = context.signal?.aborted ? "called-off" : "no-answer";
        throw failure;
      } finally {
        lane.leave(result);
      }
    },
  });
