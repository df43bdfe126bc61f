import type { CliCommand } from "./command.ts";
import { deadLetters } from "./dead-letters.ts";
import { demo } from "./demo.ts";

import { doctor } from "./doctor.ts";
import { dropShips } from "./drop-ships.ts";
import { events } from "./events.ts";
import { cancel, release, submit } from "./orders.ts";
import { sandbox } from "./sandbox.ts";
import { start } from "./start.ts";
import { stock } from "./stock.ts";
import { systems } from "./systems.ts";
import { paint, table } from "./terminal.ts";
import { token } from "./token.ts";
import { trace } from "./trace.ts";

const help: CliCommand = {
  name: "help",
  usage: "help",
  summary: "This list.",
  run() {
    const rows = commands.map(({ usage, summary }) => [`  crossdock ${usage}`, paint("dim", summary)]);
    console.log(
      `${paint("bold", "Crossdock")}, the open integration hub for wholesale distributors.\n\n${table(rows)}`,
    );
    return Promise.resolve(0);
  },
};

/** Every word of the command line, in the order people meet them. */
export const commands: readonly CliCommand[] = [
  start,
  demo,
  submit,
  trace,
  events,
  cancel,
  release,
  deadLetters,
  dropShips,
  systems,
  stock,
  sandbox,
  doctor,
  token,
  help,
];
