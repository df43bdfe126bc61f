import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Fault } from "#contracts";
import type { Clock, Log } from "#platform";
import { readOrderFile, type OrderFile } from "./read-order-file.ts";
import { takeOrders, type OrderIntake, type TakenOrder } from "./take-orders.ts";
import { createWatchedFolder, nameIn, putAway, type Sight } from "./watched-folder.ts";

/** Rows that could not be taken, kept for a person. `identity` is the same each time the same file is read. */
export interface KeptRows {
  readonly identity: readonly string[];
  readonly channel: string;
  readonly body: Buffer;
  readonly errorCode: "invalid-document" | "idempotency-conflict" | "body-too-large";
  readonly explanation: string;
  readonly faults: readonly Fault[];
  readonly origin: string;
}

export interface OrderFolderOptions {
  readonly folder: string;
  readonly channel: string;
  readonly currency: string;
  readonly intake: OrderIntake;
  /** Keeps what could not be taken; answers under which id. Keeping the same identity again is harmless. */
  readonly keep: (rows: KeptRows) => Promise<string>;
  readonly clock: Clock;
  readonly log: Log;
  readonly pollMs?: number;
  readonly bytesMax?: number;
}

/** What became of a file; written beside it as `<name>.report.json`. */
export interface FileReport {
  readonly file: string;
  readonly fingerprint: string;
  readonly readAt: string;
  readonly faults: readonly Fault[];
  readonly keptAs?: string;
  readonly orders: readonly {
    readonly orderNumber: string;
    readonly rows: readonly number[];
    readonly outcome: TakenOrder["outcome"];
    readonly repeat: boolean;
    readonly salesOrderNumber?: string;
    readonly keptAs?: string;
    readonly faults: readonly Fault[];
  }[];
}

const POLL_MS = 1000;
const BYTES_MAX = 20 * 1024 * 1024;

const isOrderFile = (name: string) => /\.(csv|txt)$/i.test(name) && !/^[.~]/.test(name);
const rowsPhrase = (rows: readonly number[]) =>
  rows.length === 1 ? `row ${rows[0]}` : `rows ${rows[0]} to ${rows.at(-1)}`;

/**
 * A folder that orders are dropped into. What becomes of its orders is decided by their numbers, so being killed at any instant, or two nodes on
 * one folder, takes nothing twice: the file is moved last.
 */
export function createOrderFolder(options: OrderFolderOptions) {
  const { folder, clock, log, pollMs = POLL_MS } = options;
  const { sweep } = createWatchedFolder<FileReport>({
    folder,
    what: "order file",
    isWanted: isOrderFile,
    take: (name, sight) => takeFile(name, sight, options),
    log,
  });
  return {
    sweep,
    async run(signal: AbortSignal): Promise<void> {
      while (!signal.aborted) {
        await sweep().catch((error: unknown) =>
          log.warn({ err: error, folder }, "The order folder could not be looked through; it is tried again."),
        );
        await clock.sleep(pollMs, signal);
      }
    },
  };
}

async function takeFile(name: string, sight: Sight, options: OrderFolderOptions): Promise<FileReport | null> {
  const { folder, channel, currency, bytesMax = BYTES_MAX, intake, clock } = options;
  const isTooLarge = sight.size > bytesMax;
  const bytes = isTooLarge ? Buffer.alloc(0) : await readFile(join(folder, name));
  const fingerprint = createHash("sha256")
    .update(isTooLarge ? `${name}${sight.size}` : bytes)
    .digest("hex");
  const file = isTooLarge
    ? tooLarge(sight.size, bytesMax)
    : readOrderFile(bytes, { channel, currency, writtenAt: new Date(sight.modifiedMs) });
  const taken = await takeOrders(file.orders, intake);
  // What broke on our side is no fault of the file: it stays where it is and is read again.
  if (taken.some(({ outcome }) => outcome === "failed")) return null;
  const report: FileReport = {
    file: name,
    fingerprint,
    readAt: clock.now().toISOString(),
    faults: file.faults,
    ...(await keptWhole(name, fingerprint, bytes, file, options)),
    orders: await Promise.all(taken.map((order) => reported(name, fingerprint, order, options))),
  };
  const isClean = report.faults.length === 0 && report.orders.every(({ keptAs }) => keptAs === undefined);
  const place = isClean ? "taken" : "with-faults";
  await putAway(folder, place, name, await nameIn(folder, place, name, fingerprint.slice(0, 8)), report);
  return report;
}

const tooLarge = (size: number, bytesMax: number): OrderFile => ({
  orders: [],
  faults: [
    {
      path: "the file",
      expected: `at most ${bytesMax} bytes`,
      found: `${size} bytes`,
      fix: "Split it; the rows of one order must stay together.",
    },
  ],
});

async function keptWhole(
  name: string,
  fingerprint: string,
  body: Buffer,
  { faults }: OrderFile,
  { keep, channel }: OrderFolderOptions,
) {
  if (faults.length === 0) return {};
  const explanation = `The file ${name} could not be read as orders.`;
  const errorCode = body.length === 0 ? "body-too-large" : "invalid-document";
  return {
    keptAs: await keep({
      identity: [channel, fingerprint],
      channel,
      body,
      errorCode,
      explanation,
      faults,
      origin: name,
    }),
  };
}

async function reported(name: string, fingerprint: string, taken: TakenOrder, { keep, channel }: OrderFolderOptions) {
  const { order, outcome, repeat, salesOrderNumber, faults } = taken;
  const { orderNumber, rows } = order;
  const report = { orderNumber, rows, outcome, repeat, faults, ...(salesOrderNumber ? { salesOrderNumber } : {}) };
  if (outcome !== "rejected" && outcome !== "conflict") return report;
  const kept: KeptRows = {
    identity: [channel, fingerprint, orderNumber],
    channel,
    body: Buffer.from(order.csv),
    errorCode: outcome === "conflict" ? "idempotency-conflict" : "invalid-document",
    explanation: `Order ${orderNumber} in ${name} could not be taken: ${faults[0]?.path ?? rowsPhrase(rows)}.`,
    faults,
    origin: `${name}, ${rowsPhrase(rows)}`,
  };
  return { ...report, keptAs: await keep(kept) };
}
