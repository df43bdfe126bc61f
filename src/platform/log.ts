import { pino, type DestinationStream, type Logger } from "pino";

export type Log = Pick<Logger, "debug" | "info" | "warn" | "error" | "child">;

/** Keys whose values are never written, at any of the depths we log. */
const secretKeys = [
  "authorization",
  "password",
  "secret",
  "token",
  "apiKey",
  "cookie",
  "x-api-key",
  "clientSecret",
  "signingSecret",
];
const redactedPaths = secretKeys.flatMap((key) =>
  ["", "*.", "*.*.", "*.*.*."].map((depth) =>
    key.includes("-") ? `${depth.replace(/\.$/, "")}["${key}"]` : `${depth}${key}`,
  ),
);

interface LogOptions {
  readonly level?: "debug" | "info" | "warn" | "error" | "silent";
  readonly destination?: DestinationStream;
}

/** JSON lines on standard error, where they are not in the way of what a command prints. */
export function createLog({ level = "info", destination }: LogOptions = {}): Log {
  const options = {
    level,
    base: null,
    redact: { paths: redactedPaths, censor: "***" },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
  };
  return pino(options, destination ?? pino.destination({ dest: 2, sync: true }));
}

export const silentLog: Log = pino({ level: "silent" });
