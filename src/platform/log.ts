import { pino, type DestinationStream, type Logger } from "pino";
import { mask } from "./mask.ts";

export type Log = Pick<Logger, "debug" | "info" | "warn" | "error" | "child">;

interface LogOptions {
  readonly level?: "debug" | "info" | "warn" | "error" | "silent";
  readonly destination?: DestinationStream;
}

/** The last gate: whatever brought it (a field, a child's binding, an error's cause), no secret gets past here. A list of paths to redact would have holes. */
const masked = (line: string): string => `${JSON.stringify(mask(JSON.parse(line)))}\n`;

/** JSON lines on standard error, where they are not in the way of what a command prints; masked as exchanges are. */
export function createLog({ level = "info", destination }: LogOptions = {}): Log {
  const options = {
    level,
    base: null,
    hooks: { streamWrite: masked },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
  };
  return pino(options, destination ?? pino.destination({ dest: 2, sync: true }));
}

export const silentLog: Log = pino({ level: "silent" });
