/** What a file's name says of the snapshot in it; null: nothing. */
export interface StockFileName {
  readonly sequence: string | null;
  readonly branch: string | null;
  readonly asOf: Date | null;
}

/** What may be read from a name, and how it is written there. */
const parts: Readonly<Record<string, string>> = {
  sequence: "\\d{1,30}",
  branch: "[A-Z0-9-]{1,12}",
  asOf: "\\d{8}T\\d{6}Z",
};
const PART = /\{([^}]*)\}/g;

/** What is wrong with a pattern of names; null: nothing. */
export function faultOfNames(pattern: string): string | null {
  const named = [...pattern.matchAll(PART)].map(([, name = ""]) => name);
  const unknown = named.find((name) => !Object.hasOwn(parts, name));
  if (unknown !== undefined) return `{${unknown}} is nothing that is read; there are {sequence}, {branch} and {asOf}`;
  const twice = named.find((name, index) => named.indexOf(name) !== index);
  return twice === undefined ? null : `{${twice}} stands there twice`;
}

const literal = (text: string) =>
  text
    .split("*")
    .map((part) => part.replaceAll(/[$()*+.?[\\\]^{|}-]/g, String.raw`\$&`))
    .join(".*?");

function instantOf(text: string): Date | null {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text) ?? [];
  const written = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
  const instant = new Date(written);
  return !Number.isNaN(instant.getTime()) && instant.toISOString() === written ? instant : null;
}

/** Reads names, without what stands behind their last dot, by a pattern that has no fault. Null: the name is not of that pattern. */
export function stockFileNames(pattern: string): (name: string) => StockFileName | null {
  const [before = "", ...rest] = pattern.split(PART);
  let source = literal(before);
  for (let at = 0; at < rest.length; at += 2)
    source += `(?<${rest[at]}>${parts[rest[at] ?? ""]})${literal(rest[at + 1] ?? "")}`;
  const names = new RegExp(`^${source}$`);
  return (name) => {
    const found = names.exec(name)?.groups;
    if (!names.test(name)) return null;
    const { sequence = null, branch = null, asOf } = found ?? {};
    const at = asOf === undefined ? null : instantOf(asOf);
    return asOf !== undefined && at === null ? null : { sequence, branch, asOf: at };
  };
}
