import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { generatedFiles } from "../src/cli/generated-files.ts";

const root = join(import.meta.dirname, "..");
const files = await generatedFiles();

it("has every generated file as the code says it: contracts, pages and the dump of the schema", () => {
  const stale = [...files].filter(([path, text]) => readFileSync(join(root, path), "utf8") !== text);
  expect(stale.map(([path]) => `${path}: run npm run generate`)).toEqual([]);
});

it("keeps no contract that the code does not write any more", () => {
  const kept = readdirSync(join(root, "contracts"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
  expect(kept.filter((path) => !files.has(path))).toEqual([]);
});
