import { parseArgs } from "node:util";
import { systemClock, createLog } from "#platform";
import { startHub } from "#main";
import type { CliCommand } from "./command.ts";
import { readHubConfiguration } from "./hub-configuration.ts";
import { startSandboxProcess } from "./sandbox-process.ts";
import { explain, paint } from "./terminal.ts";

const line = (label: string, text: string) => console.log(`  ${paint("dim", label.padEnd(11))} ${text}`);

/** Waits until somebody wants it to end: Ctrl-C, a service manager, a closed terminal. A second Ctrl-C does not wait for the drain. */
function untilAsked(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.once(signal, () => {
        process.once("SIGINT", () => process.exit(130));
        resolve();
      });
    }
  });
}

export const start: CliCommand = {
  name: "start",
  usage: "start [--port N] [--no-sandbox]",
  summary: "Start the hub, its database and the sandbox; Ctrl-C stops all of it.",
  async run(args) {
    const { values } = parseArgs({
      args: [...args],
      options: { port: { type: "string" }, "no-sandbox": { type: "boolean" }, verbose: { type: "boolean" } },
    });
    const given = await readHubConfiguration();
    const configuration = values.port ? { ...given, hub: { ...given.hub, port: Number(values.port) } } : given;
    console.log(`\n${paint("bold", "Crossdock")}\n`);
    const log = createLog({ level: values.verbose ? "debug" : "warn" });
    const hub = await startHub({
      configuration,
      environment: process.env,
      clock: systemClock,
      log,
      sandbox: values["no-sandbox"] ? null : (hubUrl) => startSandboxProcess(configuration, hubUrl),
      tell: line,
    });
    if (hub.adminToken) {
      line(
        "token",
        `${paint("yellow", hub.adminToken)}  shown this once and kept hashed; \`crossdock token renew\` makes another`,
      );
    }
    console.log(
      `\n  Try in a second terminal:\n    npm run demo                       orders through three doors, watched live\n    npx crossdock events --follow      what happens, as it happens\n    npx crossdock help                 everything else\n\n  Ctrl-C stops all of it.\n`,
    );
    await untilAsked();
    console.log("  Stopping: work in hand is finished, the rest goes on at the next start.");
    try {
      await hub.stop();
    } catch (error) {
      console.error(explain(error));
      return 1;
    }
    return 0;
  },
};
