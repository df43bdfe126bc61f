import { CrossdockError } from "#contracts";
import { readStockLines, type StatedPosition, type StockLine } from "./stock-lines.ts";

/** A file of stock whose first line was seen. */
export interface StockFile {
  /** The first line of a CSV, which names its columns; null: NDJSON. */
  readonly header: string | null;
  readonly lines: AsyncIterable<readonly StockLine[]>;
  /** A position as a line of this file. */
  readonly write: (position: Omit<StatedPosition, "line" | "onHand"> & { readonly onHand: string | null }) => string;
}

/** A line of stock has some twenty characters; a first line that does not end within so many is no header. */
const FIRST_LINE_MAX = 50_000;

/** Reads as far as the first line. Throws "malformed-body" where there is none; reading on throws what `readStockLines` throws. */
export async function openStockFile(source: AsyncIterable<Uint8Array>): Promise<StockFile> {
  const { firstLine, bytes } = await peek(source);
  const header = firstLine.startsWith("{") ? null : firstLine;
  const columns = header?.split(",").map((name) => name.trim().replaceAll('"', "")) ?? [];
  return {
    header,
    lines: readStockLines(bytes),
    write: (position) => (header === null ? asJson(position) : asCsv(columns, position)),
  };
}

interface Peeked {
  readonly firstLine: string;
  /** All of them, those looked at included. */
  readonly bytes: AsyncIterable<Uint8Array>;
}

async function peek(source: AsyncIterable<Uint8Array>): Promise<Peeked> {
  const iterator = source[Symbol.asyncIterator]();
  const decoder = new TextDecoder();
  const seen: Uint8Array[] = [];
  let text = "";
  let isOver = false;
  while (!isOver && !/[^\s\uFEFF].*\n/.test(text) && text.length < FIRST_LINE_MAX) {
    const next = await iterator.next();
    isOver = next.done === true;
    if (next.done) break;
    seen.push(next.value);
    text += decoder.decode(next.value, { stream: true });
  }
  const firstLine = text.trimStart().split("\n", 1)[0]?.trimEnd() ?? "";
  if (firstLine === "")
    throw new CrossdockError("malformed-body", "There is no line in it; lines of stock were expected.");
  return { firstLine, bytes: joined(seen, iterator) };
}

async function* joined(seen: readonly Uint8Array[], rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* seen;
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

type Written = Parameters<StockFile["write"]>[0];

const quoted = (cell: string) => (/[",]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

function asCsv(columns: readonly string[], { sku, branch, onHand, safetyStock }: Written): string {
  const cells = new Map([
    ["sku", sku],
    ["branch", branch],
    ["onHand", onHand],
    ["safetyStock", safetyStock],
  ]);
  return columns.map((name) => quoted(cells.get(name) ?? "")).join(",");
}

const asJson = ({ sku, branch, onHand, safetyStock, inbound }: Written): string =>
  JSON.stringify({
    sku,
    branch,
    ...(onHand === null ? {} : { onHand }),
    ...(safetyStock === null ? {} : { safetyStock }),
    ...(inbound === null ? {} : { inbound: JSON.parse(inbound) }),
  });
