import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { generatedFiles } from "./generated-files.ts";

/** Writes what is generated from the code and committed, or with `--check` says what is not current. */
const root = fileURLToPath(new URL("../..", import.meta.url));
const isCheck = process.argv.includes("--check");

function current(path: string): string | null {
  try {
    return readFileSync(join(root, path), "utf8");
  } catch {
    return null;
  }
}

const files = await generatedFiles();
const stale = [...files].filter(([path, text]) => current(path) !== text).map(([path]) => path);

if (isCheck) {
  for (const path of stale) console.error(`${path} is not what the code says. Run \`npm run generate\` and commit it.`);
  process.exitCode = stale.length > 0 ? 1 : 0;
} else {
  rmSync(join(root, "contracts"), { recursive: true, force: true });
  for (const [path, text] of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  console.log(stale.length === 0 ? "Everything was current." : `Written: ${stale.join(", ")}`);
}
