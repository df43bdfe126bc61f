/** The columns of rows that travel without their names: half the bytes, and a third of PostgreSQL's work to unpack them. */
type Columns<Row> = Readonly<
  Partial<Record<keyof Row & string, "text" | "integer" | "numeric" | "jsonb" | "boolean" | "date" | "timestamptz">>
>;

export interface Packing<Row> {
  /** The values of each row, in the order of the columns. */
  pack(rows: readonly Row[]): readonly unknown[][];
  /** A query that unpacks them, to which `where` and `order by place` may be added; `json` is a jsonb expression. */
  unpack(json: string): string;
}

/** How rows are packed into a statement's one parameter and unpacked in it: both sides from one list of columns. */
export function packing<Row extends object>(columns: Columns<Row>): Packing<Row> {
  const names = Object.keys(columns);
  const types = Object.values<string | undefined>(columns);
  const selected = names.map((name, index) => {
    const type = types[index] ?? "text";
    if (type === "jsonb") return `v -> ${index} as "${name}"`;
    return `(v ->> ${index})${type === "text" ? "" : `::${type}`} as "${name}"`;
  });
  return {
    pack: (rows) => rows.map((row) => names.map((name): unknown => Reflect.get(row, name))),
    unpack: (json) =>
      `select ${selected.join(", ")} from jsonb_array_elements(${json}) with ordinality packed (v, place)`,
  };
}
