import { closeSync, existsSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from "node:fs";
import { dirname } from "node:path";

/** Where a counterparty writes down what happened, one entry at a time. An entry is whole or was never there. */
export interface Journal {
  /** Everything written so far, oldest first. */
  read(): readonly unknown[];
  append(entry: object): void;
  clear(): void;
  close(): void;
}

/** For tests that need no restart. */
export function memoryJournal(): Journal {
  let entries: unknown[] = [];
  return {
    read: () => entries,
    append: (entry) => {
      entries.push(structuredClone(entry));
    },
    clear: () => {
      entries = [];
    },
    close: () => undefined,
  };
}

/**
 * One JSON line an entry. Each is handed to the operating system before the caller goes on, so that a killed process (-9)
 * loses nothing; a last line that was cut short is dropped, as its caller never got an answer.
 */
export function fileJournal(path: string): Journal {
  mkdirSync(dirname(path), { recursive: true });
  const whole = existsSync(path) ? wholeLines(readFileSync(path, "utf8")) : "";
  const file = openSync(path, "a");
  ftruncateSync(file, Buffer.byteLength(whole));
  return {
    read: () =>
      readFileSync(path, "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map((line): unknown => JSON.parse(line)),
    append: (entry) => {
      writeSync(file, `${JSON.stringify(entry)}\n`);
    },
    clear: () => {
      ftruncateSync(file, 0);
    },
    close: () => {
      closeSync(file);
    },
  };
}

function wholeLines(text: string): string {
  return text.slice(0, text.lastIndexOf("\n") + 1);
}
