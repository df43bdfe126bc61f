import { CallFailure, categoryOf, type HttpRequest } from "#platform";
import { readFileSync } from "node:fs";
import type { TSchema } from "typebox";
import type { Call } from "../ports.ts";

interface ScriptedAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** Reads a recorded answer that lies beside the connector. */
export const recorded = (folder: string, name: string, status = 200): ScriptedAnswer => {
  const body: unknown = JSON.parse(readFileSync(`${folder}/fixtures/${name}.json`, "utf8"));
  return { status, body };
};

/** A call that opens no connection: it notes what is asked, and answers from a script, as the platform's client would. */
export function scriptedCall<Settings extends TSchema>(
  settings: Call<Settings>["settings"],
  answers: readonly ScriptedAnswer[],
  maybeDone = false,
): { readonly call: Call<Settings>; readonly asked: readonly HttpRequest[] } {
  const asked: HttpRequest[] = [];
  const http: Call["http"] = {
    send: async (request) => {
      const answer = answers[asked.length];
      asked.push(request);
      if (answer === undefined) throw new Error(`Nobody expected ${request.method} ${request.path}.`);
      const { status, body } = answer;
      if (status < 300) return { status, headers: {}, body };
      const { operation } = request;
      throw new CallFailure(`answered ${status}`, {
        ...categoryOf(status),
        system: "scripted",
        operation,
        status,
        body,
      });
    },
  };
  const signal = new AbortController().signal;
  const now = new Date("2026-11-23T14:05:00Z");
  return { asked, call: { settings, http, idempotencyKey: "key-1", correlationId: "story-1", signal, maybeDone, now } };
}
