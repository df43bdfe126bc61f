import { CrossdockError } from "#contracts";
import { parse } from "csv-parse/sync";
import { Compile } from "typebox/compile";
import { Type } from "typebox";

/** A position as a line of a snapshot states it. What the line does not say (null) stays as it is known. */
export interface StatedPosition {
  readonly line: number;
  readonly sku: string;
  readonly branch: string;
  readonly onHand: string;
  readonly safetyStock: string | null;
  /** JSON of what is expected and when. */
  readonly inbound: string | null;
}

/** A line that could not be taken, and why. Its key, where it can be read, tells that the position is not missing. */
export interface RejectedLine {
  readonly line: number;
  readonly reason: string;
  readonly content: string;
  readonly key: { readonly sku: string; readonly branch: string } | null;
}

export type StockLine = StatedPosition | RejectedLine;
export const isRejected = (line: StockLine): line is RejectedLine => "reason" in line;

const SKU = /^[\x21-\x7e]{1,40}$/;
const BRANCH = /^[A-Z0-9-]{1,12}$/;
const ON_HAND = /^-?\d{1,12}(\.\d{1,6})?$/;
const NOT_NEGATIVE = /^\d{1,12}(\.\d{1,6})?$/;
/** So much of a bad line is kept to be mended; no line of stock is longer. */
const CONTENT_MAX = 4_000;

interface Fields {
  readonly sku: string;
  readonly branch: string;
  readonly onHand: string;
  readonly safetyStock: string | null;
  readonly inbound: string | null;
}

function faultOf({ sku, branch, onHand, safetyStock }: Fields): string | null {
  if (!SKU.test(sku)) return `sku is "${sku}"; it must be 1 to 40 visible ASCII characters`;
  if (!BRANCH.test(branch)) return `branch is "${branch}"; it must be 1 to 12 capitals, digits or hyphens`;
  if (!ON_HAND.test(onHand)) return `onHand is "${onHand}"; it must be a decimal number with at most 6 places`;
  if (safetyStock !== null && !NOT_NEGATIVE.test(safetyStock))
    return `safetyStock is "${safetyStock}"; it must be a decimal number that is not negative`;
  return null;
}

function judge(line: number, fields: Fields, content: string): StockLine {
  const reason = faultOf(fields);
  if (reason === null) return { line, ...fields };
  const { sku, branch } = fields;
  return rejected(line, reason, content, SKU.test(sku) && BRANCH.test(branch) ? { sku, branch } : null);
}

const rejected = (line: number, reason: string, content: string, key: RejectedLine["key"] = null): RejectedLine => ({
  line,
  reason: content.length > CONTENT_MAX ? `${reason} Only its first ${CONTENT_MAX} characters are kept.` : reason,
  content: content.slice(0, CONTENT_MAX),
  key,
});

// A good line of the usual columns in one look, which is what a million of them are; any other is looked at in parts.
const plainStart = "^([\\x21\\x23-\\x2b\\x2d-\\x7e]{1,40}),([A-Z0-9-]{1,12}),(-?\\d{1,12}(?:\\.\\d{1,6})?)";
const plainLines: ReadonlyMap<string, RegExp> = new Map([
  ["sku,branch,onHand", new RegExp(`${plainStart}$`)],
  ["sku,branch,onHand,safetyStock", new RegExp(`${plainStart},(\\d{1,12}(?:\\.\\d{1,6})?)?$`)],
]);

type ReadLine = (text: string, line: number) => StockLine;

/** The columns in the order of the header: sku, branch, onHand and, if stated, safetyStock. Others are passed over. */
function csvReader(header: string): ReadLine {
  const columns = header.split(",").map((name) => name.trim().replaceAll('"', ""));
  const [sku, branch, onHand, safetyStock] = ["sku", "branch", "onHand", "safetyStock"].map((name) =>
    columns.indexOf(name),
  );
  if (sku === undefined || branch === undefined || onHand === undefined || Math.min(sku, branch, onHand) < 0)
    throw new CrossdockError(
      "invalid-document",
      `The first line must name the columns sku, branch and onHand; it is "${header.slice(0, 100)}".`,
      { faults: [{ path: "line 1", expected: "the columns sku, branch and onHand", found: header.slice(0, 100) }] },
    );
  const plainly = plainLines.get(header);
  return (text, line) => {
    const plain = plainly?.exec(text);
    if (plain) {
      const [, plainSku = "", plainBranch = "", quantity = "", safety] = plain;
      return { line, sku: plainSku, branch: plainBranch, onHand: quantity, safetyStock: safety ?? null, inbound: null };
    }
    let fields: readonly string[];
    try {
      fields = text.includes('"') ? (parse(text)[0] ?? []) : text.split(",");
    } catch {
      return rejected(line, "The quotes of the line do not match.", text);
    }
    if (fields.length !== columns.length)
      return rejected(line, `The line has ${fields.length} columns; the header names ${columns.length}.`, text);
    const safety = safetyStock === undefined ? "" : (fields[safetyStock] ?? "");
    return judge(
      line,
      {
        sku: fields[sku] ?? "",
        branch: fields[branch] ?? "",
        onHand: fields[onHand] ?? "",
        safetyStock: safety === "" ? null : safety,
        inbound: null,
      },
      text,
    );
  };
}

const Stated = Compile(
  Type.Object({
    sku: Type.String(),
    branch: Type.String(),
    onHand: Type.String(),
    safetyStock: Type.Optional(Type.String()),
    inbound: Type.Optional(
      Type.Array(
        Type.Object({
          expectedOn: Type.String({ pattern: "^\\d{4}-\\d{2}-\\d{2}$" }),
          quantity: Type.String({ pattern: NOT_NEGATIVE.source }),
        }),
      ),
    ),
  }),
);

function isDay(text: string): boolean {
  const instant = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(instant.getTime()) && instant.toISOString().startsWith(text);
}

const readNdjson: ReadLine = (text, line) => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return rejected(line, "The line is not JSON.", text);
  }
  if (!Stated.Check(value)) {
    const [error] = Stated.Errors(value);
    return rejected(line, `${error?.instancePath || "The line"} ${error?.message ?? "is not a position"}.`, text);
  }
  const { sku, branch, onHand, safetyStock, inbound } = value;
  const noDay = inbound?.find(({ expectedOn }) => !isDay(expectedOn));
  if (noDay) return rejected(line, `inbound is expected on "${noDay.expectedOn}", which is no day.`, text);
  const stated = inbound?.map(({ expectedOn, quantity }) => ({ expectedOn, quantity }));
  return judge(
    line,
    { sku, branch, onHand, safetyStock: safetyStock ?? null, inbound: stated ? JSON.stringify(stated) : null },
    text,
  );
};

/** How much text is read into lines at a time: enough to be fast, little enough to stay small. */
const BLOCK_CHARACTERS = 50_000;

/** Reads a CSV with a header, or NDJSON, block by block as it comes; memory does not grow with its length. Throws where the header is not one. */
export async function* readStockLines(source: AsyncIterable<Uint8Array>): AsyncGenerator<readonly StockLine[]> {
  let read: ReadLine | null = null;
  let line = 0;
  const readBlock = (texts: readonly string[]): readonly StockLine[] => {
    const block: StockLine[] = [];
    for (const ended of texts) {
      line += 1;
      const text = ended.endsWith("\r") ? ended.slice(0, -1) : ended;
      if (text === "") continue;
      if (read) block.push(read(text, line));
      else if (text.startsWith("{")) block.push((read = readNdjson)(text, line));
      else read = csvReader(text.replace(/^\uFEFF/, ""));
    }
    return block;
  };
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of source) {
    rest += decoder.decode(bytes, { stream: true });
    if (rest.length < BLOCK_CHARACTERS) continue;
    const texts = rest.split("\n");
    rest = texts.pop() ?? "";
    if (rest.length > BLOCK_CHARACTERS)
      throw new CrossdockError(
        "malformed-body",
        `Line ${line + texts.length + 1} does not end: this is not a list of positions.`,
      );
    yield readBlock(texts);
  }
  yield readBlock((rest + decoder.decode()).split("\n"));
}
