import { CrossdockError } from "#contracts";
import { styleText } from "node:util";

/** Colour where a person looks, plain text where a program reads. */
export const isTerminal = process.stdout.isTTY && process.env["NO_COLOR"] === undefined;

type Style = "dim" | "bold" | "green" | "yellow" | "red" | "cyan";
export const paint = (style: Style, text: string): string => (isTerminal ? styleText(style, text) : text);

/** Columns padded to the widest cell of each, two spaces between. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>(
    (found, row) => row.map((cell, index) => Math.max(found[index] ?? 0, cell.length)),
    [],
  );
  return rows
    .map((row) =>
      row.map((cell, index) => (index === row.length - 1 ? cell : cell.padEnd(widths[index] ?? 0))).join("  "),
    )
    .join("\n");
}

/** One sentence for the person in front of the terminal, with the faults below it where there are several. */
export function explain(error: unknown): string {
  if (error instanceof CrossdockError) {
    const faults = error.faults.map(
      ({ path, expected, found }) => `  ${path}: expected ${expected}${found ? `, found ${found}` : ""}`,
    );
    return [error.message, ...faults].join("\n");
  }
  return error instanceof Error ? error.message : String(error);
}
