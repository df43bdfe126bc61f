import { checkBooks } from "#domains";
import type { CliCommand } from "./command.ts";
import { withStore } from "./local-store.ts";
import { paint } from "./terminal.ts";

export const doctor: CliCommand = {
  name: "doctor",
  usage: "doctor [books]",
  summary: "Whether quantities, stock and money add up over the whole database.",
  run: () =>
    withStore(async (database) => {
      const { balanced, faults, oversoldBySnapshot, checked } = await checkBooks(database);
      for (const { law, what, explanation } of faults)
        console.log(`${paint("red", "off")}   ${what}  ${explanation} (${law})`);
      for (const { what, explanation } of oversoldBySnapshot)
        console.log(`${paint("yellow", "note")}  ${what}  ${explanation}`);
      const over = `${checked.orders} orders, ${checked.lines} lines, ${checked.positions} positions`;
      console.log(
        balanced ? paint("green", `The books balance over ${over}.`) : `${faults.length} things are off, over ${over}.`,
      );
      return balanced ? 0 : 1;
    }),
};
