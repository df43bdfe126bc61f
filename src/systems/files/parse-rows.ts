import { nearestName, type Fault } from "#contracts";
import { CsvError, parse } from "csv-parse/sync";
import { orderColumns } from "./order-columns.ts";

/** A row as it stands in the file; `row` counts as a spreadsheet does, the header being 1. */
export interface Row {
  readonly row: number;
  readonly cells: Readonly<Record<string, string>>;
  readonly values: readonly string[];
  readonly faults: readonly Fault[];
}

export interface ParsedFile {
  readonly header: readonly string[];
  readonly rows: readonly Row[];
  /** What is wrong with the file as a whole; then nothing of it is taken. */
  readonly faults: readonly Fault[];
}

interface Line {
  readonly record: readonly string[];
  readonly row: number;
}

/** Files come as UTF-8, or from an older spreadsheet as Windows-1252, in which every sequence of bytes is text. */
function decode(bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

/** Spreadsheets write what their country separates lists with. */
function delimiterOf(text: string): string {
  const header = text.split(/\r?\n|\r/, 1)[0] ?? "";
  const count = (mark: string) => header.split(mark).length;
  return [";", "\t"].find((mark) => count(mark) > count(",")) ?? ",";
}

const normalized = (name: string) =>
  name
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, "_");

function headerFaults(header: readonly string[]): readonly Fault[] {
  const known = orderColumns.map(({ name }) => name);
  const missing = orderColumns.filter(({ name, required }) => required && !header.includes(name));
  const strangers = header.filter((name) => !known.includes(name));
  const twice = header.filter((name, index) => header.indexOf(name) !== index);
  return [
    ...strangers.map((name) => {
      const meant = nearestName(name, known);
      const fix = meant ? `Did you mean \`${meant}\`?` : `The columns known here are ${known.join(", ")}.`;
      return {
        path: `row 1, column ${name || "(no name)"}`,
        expected: "a known column",
        found: name || "no name",
        fix,
      };
    }),
    ...missing.map(({ name, meaning }) => ({
      path: "row 1",
      expected: `a column ${name}`,
      found: "none",
      fix: meaning,
    })),
    ...twice.map((name) => ({
      path: `row 1, column ${name}`,
      expected: "each column once",
      found: "it stands there twice",
    })),
  ];
}

function toRow({ record, row }: Line, header: readonly string[]): Row {
  const values = record.map((value) => value.trim());
  const cells = Object.fromEntries(header.map((name, index) => [name, values[index] ?? ""]));
  const faults =
    values.length === header.length
      ? []
      : [
          {
            path: `row ${row}`,
            expected: `${header.length} fields, as the header has`,
            found: `${values.length}`,
            fix: "Put a value that holds the separator in double quotes.",
          },
        ];
  return { row, cells, values, faults };
}

const unreadable = (path: string, expected: string, found: string, fix: string): ParsedFile => ({
  header: [],
  rows: [],
  faults: [{ path, expected, found, fix }],
});

function linesOf(text: string): readonly Line[] {
  const lines: Line[] = [];
  parse(text, {
    bom: true,
    delimiter: delimiterOf(text),
    relax_column_count: true,
    skip_empty_lines: true,
    on_record(record: readonly string[], { lines: row }) {
      lines.push({ record, row });
      return null;
    },
  });
  return lines;
}

/** Reads bytes into rows and judges the header. Never throws for what is in the file. */
export function parseRows(bytes: Buffer): ParsedFile {
  const text = decode(bytes);
  let lines: readonly Line[];
  try {
    lines = linesOf(text);
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const row = typeof error["lines"] === "number" ? `row ${error["lines"]}` : "the file";
    return unreadable(
      row,
      "well-formed CSV",
      error.message,
      "Check the double quotes from here on: each must be closed, and one inside a value doubled.",
    );
  }
  const [first, ...rest] = lines;
  if (!first) return unreadable("row 1", "a header and at least one row", "an empty file", "Export the file again.");
  const header = first.record.map(normalized);
  const faults = headerFaults(header);
  if (faults.length === 0 && rest.length === 0)
    return unreadable("row 2", "at least one order line", "only the header", "Export the file again.");
  return { header, rows: rest.map((line) => toRow(line, header)), faults };
}

const quoted = (value: string) => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);

/** The rows as a file of their own, for a person to mend. */
export const writeRows = (header: readonly string[], rows: readonly Row[]): string =>
  [header, ...rows.map(({ values }) => values)].map((values) => `${values.map(quoted).join(",")}\n`).join("");
