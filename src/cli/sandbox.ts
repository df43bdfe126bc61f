import { parseArgs } from "node:util";
import type { CliCommand } from "./command.ts";
import { sandboxSystems } from "./sandbox-process.ts";
import { paint, table } from "./terminal.ts";

async function ask(url: string, method: "GET" | "POST", body?: unknown): Promise<unknown> {
  const response = await fetch(url, {
    method,
    ...(body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`The sandbox answered ${response.status}: ${text}`);
  return text === "" ? null : JSON.parse(text);
}

/** `failNext=3` and `delayMs=500` on the command line become the fields of the behaviour. */
const fieldsOf = (words: readonly string[]) =>
  Object.fromEntries(
    words.map((word) => {
      const [field = "", value = "true"] = word.split("=");
      return [field, /^\d+(\.\d+)?$/.test(value) ? Number(value) : value === "true" ? true : value];
    }),
  );

export const sandbox: CliCommand = {
  name: "sandbox",
  usage: "sandbox [SYSTEM [ok|down|hang|slow|throttle] [field=value ...]]",
  summary: "The simulated counterparties: see them, or give one a bad day.",
  async run(args) {
    const { positionals } = parseArgs({ args: [...args], allowPositionals: true });
    const systems = await sandboxSystems();
    const [code, mode, ...fields] = positionals;
    if (!code) {
      console.log(table(systems.map(({ code, title, url }) => [`  ${code}`, title, paint("dim", url)])));
      return 0;
    }
    const system = systems.find((candidate) => candidate.code === code);
    if (!system) {
      console.error(`The sandbox has no "${code}". It has: ${systems.map(({ code }) => code).join(", ")}.`);
      return 2;
    }
    if (mode) await ask(`${system.url}/control/behaviour`, "POST", { mode, ...fieldsOf(fields) });
    console.log(JSON.stringify(await ask(`${system.url}/control/status`, "GET"), null, 2));
    return 0;
  },
};
