import { CrossdockError, Problem } from "#contracts";
import { Value } from "typebox/value";

/** The hub's own API as the command line uses it: like anybody else, over HTTP with a token. */
export interface HubClient {
  readonly url: string;
  get(path: string): Promise<unknown>;
  post(
    path: string,
    body: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<{ readonly status: number; readonly body: unknown }>;
  /** Server-sent events from a cursor on, until aborted. */
  follow(path: string, signal: AbortSignal): AsyncIterable<unknown>;
}

async function answerOf(response: Response): Promise<unknown> {
  const text = await response.text();
  const body: unknown = text === "" ? null : JSON.parse(text);
  if (response.ok) return body;
  if (Value.Check(Problem, body)) {
    throw new CrossdockError("not-possible-now", `${body.detail} ${body.fix}`, { faults: body.faults ?? [] });
  }
  throw new Error(`The hub answered ${response.status}: ${text.slice(0, 200)}`);
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
