import { orderColumns } from "./order-columns.ts";

const required = (is: true | undefined) => (is ? "yes" : "");

/** The page that says what an order file looks like, written from the columns the reader really knows. */
export function orderFilesPage(): string {
  const rows = orderColumns.map(({ name, required: is, meaning }) => `| \`${name}\` | ${required(is)} | ${meaning} |`);
  return [
    "# Orders from files\n",
    "Generated from `src/systems/files/order-columns.ts`.\n",
    "Drop a CSV file into the channel's folder. It is taken once it has not changed for a second; to be sure that half a file is never seen,",
    "write it as `name.csv.tmp` and rename it. UTF-8 or Windows-1252, with or without a byte order mark; commas, semicolons or tabs; any line ends.\n",
    "The first row names the columns, in any order and any case. Rows with the same `order_number` are one order; what the order says of itself",
    "(customer, purchase order, address) may stand in its first row only. An address is either `ship_to_code` or written out.\n",
    "| column | needed | meaning |\n|---|---|---|",
    ...rows,
    "\n## What becomes of it\n",
    "- The file moves to `taken/`, or to `with-faults/` when anything in it could not be taken. `<file>.report.json` beside it says what became of each order.",
    "- A bad row holds back its own order, whole, and no other. It is kept as a dead letter, with row and column of every fault: `GET /v1/dead-letters`.",
    "- The order's number is its identity. The same order again, in whatever file, is a repeat and does nothing; the same number with other content is a conflict and is kept.",
    "",
  ].join("\n");
}
