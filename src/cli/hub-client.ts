import { request as httpRequest, type IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { text as textOf } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { CrossdockError, Problem } from "#contracts";
import { Value } from "typebox/value";

/** A body that is sent while it is read. */
export interface StreamedBody {
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Null: not known before it ends. */
  readonly length: number | null;
  readonly type: string;
}

/** The hub's own API as the command line uses it: like anybody else, over HTTP with a token. */
export interface HubClient {
  readonly url: string;
  get(path: string): Promise<unknown>;
  post(
    path: string,
    body: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<{ readonly status: number; readonly body: unknown }>;
  /** However long the hub takes to answer; ends when it answers, be the body sent to its end or not. */
  send(path: string, body: StreamedBody): Promise<unknown>;
  /** What is no JSON, while it comes. */
  download(path: string): Promise<AsyncIterable<Uint8Array>>;
  /** Server-sent events from a cursor on, until aborted. */
  follow(path: string, signal: AbortSignal): AsyncIterable<unknown>;
}

const answerOf = async (response: Response): Promise<unknown> => readAnswer(response.status, await response.text());

function readAnswer(status: number, text: string): unknown {
  const body: unknown = text === "" ? null : JSON.parse(text);
  if (status >= 200 && status < 300) return body;
  if (Value.Check(Problem, body)) {
    throw new CrossdockError("not-possible-now", `${body.detail} ${body.fix}`, { faults: body.faults ?? [] });
  }
  throw new Error(`The hub answered ${status}: ${text.slice(0, 200)}`);
}

/** By `fetch` it would be given up after five minutes without an answer, and sent without its length. */
async function sendStreamed(
  url: string,
  headers: Readonly<Record<string, string>>,
  { bytes, length, type }: StreamedBody,
): Promise<unknown> {
  const announced = length === null ? {} : { "content-length": length };
  const request = httpRequest(url, { method: "POST", headers: { ...headers, "content-type": type, ...announced } });
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    request.once("response", resolve);
    // Also later, when the hub had answered and hung up while we were still sending.
    request.on("error", reject);
  });
  const sent = pipeline(Readable.from(bytes), request).catch(() => {});
  const answer = await answered;
  const text = await textOf(answer);
  request.destroy();
  await sent;
  return readAnswer(answer.statusCode ?? 0, text);
}

async function* eventsOf(response: Response): AsyncIterable<unknown> {
  if (!response.body) return;
  let rest = "";
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    const blocks = (rest + chunk).split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const data = block.split("\n").find((line) => line.startsWith("data:"));
      if (data) yield JSON.parse(data.slice(5));
    }
  }
}

export function hubClient(url: string, token: string): HubClient {
  const authorization = { authorization: `Bearer ${token}` };
  return {
    url,
    get: async (path) => answerOf(await fetch(url + path, { headers: authorization })),
    async post(path, body, headers = {}) {
      const response = await fetch(url + path, {
        method: "POST",
        headers: { ...authorization, "content-type": "application/json", ...headers },
        body: JSON.stringify(body),
      });
      return { status: response.status, body: await answerOf(response) };
    },
    send: (path, body) => sendStreamed(url + path, authorization, body),
    async download(path) {
      const response = await fetch(url + path, { headers: authorization });
      if (!response.ok) await answerOf(response);
      return response.body ?? Readable.from([]);
    },
    async *follow(path, signal) {
      const response = await fetch(url + path, { headers: { ...authorization, accept: "text/event-stream" }, signal });
      if (!response.ok) await answerOf(response);
      yield* eventsOf(response);
    },
  };
}

/** Whether a hub answers there. */
export async function isHubAt(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(1000) })).ok;
  } catch {
    return false;
  }
}
