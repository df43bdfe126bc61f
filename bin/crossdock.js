#!/usr/bin/env node
// Plain JavaScript any Node can parse, so that too old a Node gets a sentence instead of a syntax error.
import { existsSync } from "node:fs";
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
const isRecent = major > 22 || (major === 22 && minor >= 18);
const pinned = fileURLToPath(new URL("../node_modules/node/bin/node", import.meta.url));
if (!isRecent && !existsSync(pinned)) {
  process.stderr.write(
    `Crossdock needs Node 22.18 or newer and this is ${process.versions.node}. ` +
      "Run `npm ci` first: it brings the Node 24 this project pins.\n",
  );
  process.exit(1);
}

// A clone runs its sources as they stand; an installed package runs what was built from them.
const source = fileURLToPath(new URL("../src/cli/crossdock.ts", import.meta.url));
const built = fileURLToPath(new URL("../dist/cli/crossdock.js", import.meta.url));
const args = existsSync(source) ? ["--conditions=source", source] : [built];
// Sources compiled once are not compiled again: half of a start's time. Where it cannot be written, Node does without.
const cache =
  process.env["NODE_COMPILE_CACHE"] ?? fileURLToPath(new URL("../node_modules/.cache/crossdock", import.meta.url));
const env = { ...process.env, NODE_COMPILE_CACHE: cache };
const child = spawn(isRecent ? process.execPath : pinned, [...args, ...process.argv.slice(2)], {
  stdio: "inherit",
  env,
});
// The terminal sends Ctrl-C to the whole group; the child decides when it is done, we only pass its word on.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => {
    if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
  });
}
child.on("exit", (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
