import { findFaults, SalesOrderDraft, type Fault } from "#contracts";
import { Value } from "typebox/value";
import { orderColumns } from "./order-columns.ts";
import { parseRows, writeRows, type Row } from "./parse-rows.ts";

/** One order of a file. `draft` is there when nothing is wrong with it; `csv` holds its rows, for mending. */
export interface FileOrder {
  readonly orderNumber: string;
  readonly rows: readonly number[];
  readonly draft: SalesOrderDraft | null;
  readonly faults: readonly Fault[];
  readonly csv: string;
  /** Whether the file says when it was ordered; otherwise that was taken from the file itself, which tells nothing of the order. */
  readonly saysWhenOrdered: boolean;
  /** The row and column where a sender finds what a JSON pointer into the draft names. */
  cellOf(pointer: string): string;
}

export interface OrderFile {
  readonly orders: readonly FileOrder[];
  /** What is wrong with the file as a whole; then it has no orders. */
  readonly faults: readonly Fault[];
}

export interface FileContext {
  readonly channel: string;
  /** For orders that do not say. */
  readonly currency: string;
  /** For orders that do not say: when the file was written. */
  readonly writtenAt: Date;
}

const columnsOf = (of: "order" | "ship-to" | "line") => orderColumns.filter((column) => column.of === of);

/** A whole number where one was written; otherwise what was written, for the schema to find fault with. */
const numberOr = (text: string): number | string => (/^\d{1,9}$/.test(text) ? Number(text) : text);

function fieldsFrom(of: "order" | "ship-to" | "line", cells: Row["cells"]): Record<string, unknown> {
  const filled = columnsOf(of).filter(({ name }) => cells[name]);
  return Object.fromEntries(filled.map(({ name, field }) => [field, cells[name]]));
}

function lineFrom({ cells }: Row, index: number): Readonly<Record<string, unknown>> {
  const { line_number: lineNumber, unit_of_measure: unit } = cells;
  return {
    ...fieldsFrom("line", cells),
    lineNumber: lineNumber ? numberOr(lineNumber) : index + 1,
    unitOfMeasure: (unit || "EA").toUpperCase(),
  };
}

/** What the order says of itself may stand in one row or in all, but must not differ. */
function contradictions(rows: readonly Row[]): readonly Fault[] {
  const ofOrder = [...columnsOf("order"), ...columnsOf("ship-to")];
  return ofOrder.flatMap(({ name }) => {
    const first = rows.find(({ cells }) => cells[name]);
    return rows
      .filter(({ cells }) => first && cells[name] && cells[name] !== first.cells[name])
      .map(({ row, cells }) => ({
        path: `row ${row}, column ${name}`,
        expected: `${first?.cells[name]}, as in row ${first?.row}, or nothing`,
        found: cells[name] ?? "",
      }));
  });
}

/** Where a pointer's field stands; a field of the order is looked for in the order's first row that has it. */
function cellOf(rows: readonly Row[], pointer: string): string {
  const [, top = "", index = "", field] = pointer.split("/");
  const column = (of: "order" | "ship-to" | "line", name: string) =>
    columnsOf(of).find((known) => known.field === name)?.name;
  if (top === "lines" && index !== "") {
    const name = column("line", field ?? "");
    const row = rows[Number(index)]?.row;
    return name ? `row ${row}, column ${name}` : `row ${row}`;
  }
  const name = top === "shipTo" ? (column("ship-to", index) ?? "ship_to_code") : column("order", top);
  const holder = rows.find(({ cells }) => name && cells[name]) ?? rows[0];
  return name ? `row ${holder?.row}, column ${name}` : `row ${holder?.row}`;
}

/** Every cell of the order's own columns, from the first row that fills it. */
const mergedCells = (rows: readonly Row[]): Row["cells"] =>
  Object.fromEntries(orderColumns.map(({ name }) => [name, rows.find(({ cells }) => cells[name])?.cells[name] ?? ""]));

function readOrder(rows: readonly Row[], header: readonly string[], context: FileContext): FileOrder {
  const cells = mergedCells(rows);
  const shipTo = fieldsFrom("ship-to", cells);
  const draft = {
    channel: context.channel,
    currency: context.currency,
    orderedAt: context.writtenAt.toISOString(),
    ...fieldsFrom("order", cells),
    ...(Object.keys(shipTo).length > 0 ? { shipTo } : {}),
    lines: rows.map(lineFrom),
  };
  const found = findFaults(SalesOrderDraft, draft).map((fault) => ({ ...fault, path: cellOf(rows, fault.path) }));
  const faults = [...rows.flatMap((row) => row.faults), ...contradictions(rows), ...found];
  return {
    orderNumber: cells["order_number"] || `row ${rows[0]?.row}`,
    rows: rows.map(({ row }) => row),
    draft: faults.length === 0 && Value.Check(SalesOrderDraft, draft) ? draft : null,
    faults,
    csv: writeRows(header, rows),
    saysWhenOrdered: Boolean(cells["ordered_at"]),
    cellOf: (pointer) => cellOf(rows, pointer),
  };
}

/** The orders of a CSV file, those with faults beside those without. Never throws for what is in the file. */
export function readOrderFile(bytes: Buffer, context: FileContext): OrderFile {
  const { header, rows, faults } = parseRows(bytes);
  if (faults.length > 0) return { orders: [], faults };
  // A row without an order number belongs to no other: it is kept by itself.
  const grouped = Map.groupBy(rows, ({ row, cells }) => cells["order_number"] || `row ${row}`);
  return { orders: [...grouped.values()].map((group) => readOrder(group, header, context)), faults: [] };
}
