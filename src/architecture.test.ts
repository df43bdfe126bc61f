import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { describe, expect, it } from "vitest";

/** Who may import whom (DESIGN section 2). Arrows one way; `systems` stands for the ports only where processes import it. */
const mayImport: Record<string, readonly string[]> = {
  contracts: [],
  platform: [],
  domains: ["contracts", "platform"],
  events: ["contracts", "platform"],
  systems: ["contracts", "platform"],
  governance: ["contracts", "platform", "events"],
  observability: ["contracts", "platform", "events"],
  processes: ["contracts", "platform", "domains", "events", "systems"],
  experiences: ["contracts", "platform", "domains", "processes", "events", "governance", "observability"],
  sandbox: ["contracts", "platform"],
};
/** `cli` and the files beside the folders know everything; nobody knows them. */
const knowsEverything = ["cli", "."];
/** The port types and what reads an answer; a process or an experience is handed a carrier, never UPS. */
const connectorFolders = ["erp", "commerce", "marketplace", "wms", "carriers", "tax", "edi"];

const root = import.meta.dirname;

interface Import {
  readonly file: string;
  readonly folder: string;
  readonly specifier: string;
}

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts") && entry.name !== "architecture.test.ts")
    .map((entry) => join(entry.parentPath, entry.name));

function importsOf(file: string, text: string): Import[] {
  const path = relative(root, file).split(sep).join("/");
  const folder = path.includes("/") ? (path.split("/")[0] ?? ".") : ".";
  const specifiers = [...text.matchAll(/(?:\bfrom\s+|\bimport\s*\(\s*|^\s*import\s+)["']([^"']+)["']/gm)].map(
    (match) => match[1] ?? "",
  );
  return specifiers.map((specifier) => ({ file: path, folder, specifier }));
}

const isTest = (file: string) => file.endsWith(".test.ts") || file.includes("conformance/");

/** What is wrong with one import, or nothing. */
function trespass({ file, folder, specifier }: Import): string | null {
  if (specifier.startsWith("#")) {
    const door = specifier.slice(1);
    if (door.includes("/")) return `${file} reaches past a door: ${specifier}`;
    if (door === "testing") return isTest(file) ? null : `${file} is no test and imports the test kit`;
    if (knowsEverything.includes(folder) || isTest(file)) return null;
    return (mayImport[folder] ?? []).includes(door) ? null : `${file} (${folder}) may not import ${specifier}`;
  }
  if (!specifier.startsWith(".")) return null;
  const target = join(file, "..", specifier).split(sep).join("/");
  const home = target.includes("/") ? target.split("/")[0] : ".";
  if (target.startsWith("..")) return folder === "." ? null : `${file} leaves src: ${specifier}`;
  if (home !== folder && folder !== ".") return `${file} leaves its folder without using a door: ${specifier}`;
  return connectorTrespass(file, target);
}

/** A connector never sees another connector. */
function connectorTrespass(file: string, target: string): string | null {
  const connectorOf = (path: string) => {
    const [top, kind, name] = path.split("/");
    return top === "systems" && connectorFolders.includes(kind ?? "") ? `${kind}/${name}` : null;
  };
  const from = connectorOf(file);
  const to = connectorOf(target);
  return from && to && from !== to ? `${file} looks into another connector: ${target}` : null;
}

describe("the house", () => {
  const imports = filesBelow(root).flatMap((file) => importsOf(file, readFileSync(file, "utf8")));

  it("has files to judge", () => {
    expect(imports.length).toBeGreaterThan(50);
  });

  it("lets nobody import whom it may not", () => {
    expect(imports.map(trespass).filter((found) => found !== null)).toEqual([]);
  });

  it("has arrows one way only, so that no two folders need each other", () => {
    const reaches = (from: string, to: string): boolean =>
      (mayImport[from] ?? []).some((next) => next === to || reaches(next, to));
    expect(Object.keys(mayImport).filter((folder) => reaches(folder, folder))).toEqual([]);
  });

  it("names every folder of the house in its table", () => {
    const folders = readdirSync(root, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
    expect(folders.filter((folder) => !(folder in mayImport) && folder !== "cli" && folder !== "console")).toEqual([]);
  });
});

describe("the guard itself", () => {
  const judge = (file: string, line: string) => importsOf(join(root, file), line).map(trespass);

  it.each([
    ["platform/clock.ts", 'import { Customer } from "#contracts";'],
    ["domains/orders/submit.ts", 'import { ups } from "#systems";'],
    ["systems/carriers/swift/index.ts", 'import { anchor } from "../anchor/index.ts";'],
    ["contracts/errors.ts", 'import { clock } from "../platform/clock.ts";'],
    ["processes/shipment.ts", 'import { x } from "#systems/carriers";'],
    ["experiences/http.ts", 'import { testDatabase } from "#testing";'],
  ])("catches a stranger in %s", (file, line) => {
    expect(judge(file, line)).not.toContain(null);
  });

  it("lets a neighbour in", () => {
    expect(judge("processes/shipment.ts", 'import { isRefused } from "#systems";')).toEqual([null]);
  });
});
