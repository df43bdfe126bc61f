import { expect } from "vitest";
import { promisesOf } from "./promised-answers.ts";

/** An answer of the API, read as JSON where it is JSON. */
export interface Answer<Body = unknown> {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Body;
}

/** The API, asked with the admin token. Every answer is held against what `/openapi.json` promises. */
export async function apiOf(url: string, token: string) {
  const authorization = `Bearer ${token}`;
  const document: unknown = await (await fetch(`${url}/openapi.json`, { headers: { authorization } })).json();
  const promises = promisesOf(document);

  async function ask<Body>(method: string, path: string, request: RequestInit = {}): Promise<Answer<Body>> {
    const headers = { authorization, ...Object(request.headers) };
    const answer = await fetch(url + path, { ...request, method, headers });
    const text = await answer.text();
    const isJson = /json/.test(answer.headers.get("content-type") ?? "");
    const body: unknown = isJson ? JSON.parse(text) : text;
    const [pathOnly = ""] = path.split("?");
    expect(promises.broken(method, pathOnly, answer.status, body), `${method} ${path}: ${text}`).toEqual([]);
    return { status: answer.status, headers: answer.headers, text, body: body as Body };
  }
  return {
    document,
    ask,
    get: <Body = unknown>(path: string) => ask<Body>("GET", path),
    post: <Body = unknown>(path: string, body: unknown, headers: Readonly<Record<string, string>> = {}) =>
      ask<Body>("POST", path, {
        headers: { "content-type": "application/json", ...headers },
        body: typeof body === "string" || Buffer.isBuffer(body) ? body : JSON.stringify(body),
      }),
  };
}
export type Api = Awaited<ReturnType<typeof apiOf>>;
