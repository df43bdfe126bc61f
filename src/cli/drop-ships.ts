import { parseArgs } from "node:util";
import { Type, type Static } from "typebox";
import { Value } from "typebox/value";
import type { CliCommand } from "./command.ts";
import { withHub } from "./local-hub.ts";
import { paint } from "./terminal.ts";

const DropShip = Type.Object({
  salesOrderNumber: Type.String(),
  lineNumber: Type.Integer(),
  sku: Type.String(),
  description: Type.String(),
  quantity: Type.String(),
  baseUnitOfMeasure: Type.String(),
  supplier: Type.String(),
  expectedOn: Type.String(),
  explanation: Type.String(),
  whatToDo: Type.String(),
});
const DropShipsPage = Type.Object({ dropShips: Type.Array(DropShip) });

/** As somebody reads it who is to buy it. */
function sentencesOf(one: Static<typeof DropShip>): readonly string[] {
  const { salesOrderNumber, lineNumber, quantity, baseUnitOfMeasure, sku, description, supplier, expectedOn } = one;
  const what = `${quantity} ${baseUnitOfMeasure} of ${sku} (${description})`;
  return [
    `${paint("bold", supplier)}  ${what} for ${salesOrderNumber} line ${lineNumber}, promised for ${expectedOn}`,
    `  ${one.explanation}`,
    `  ${paint("cyan", one.whatToDo)}`,
  ];
}

export const dropShips: CliCommand = {
  name: "drop-ships",
  usage: "drop-ships [SUPPLIER]",
  summary: "What no branch has and somebody must buy from the supplier it was promised from.",
  async run(args) {
    const { positionals } = parseArgs({ args: [...args], allowPositionals: true });
    const [supplier] = positionals;
    return withHub(async ({ client }) => {
      const query = supplier === undefined ? "" : `?supplier=${encodeURIComponent(supplier)}`;
      const page = await client.get(`/v1/drop-ships${query}`);
      if (!Value.Check(DropShipsPage, page)) throw new Error("The hub's answer about drop-ships could not be read.");
      for (const one of page.dropShips) console.log(`${sentencesOf(one).join("\n")}\n`);
      if (page.dropShips.length === 0) console.log("Nothing is to be bought from a supplier.");
      return 0;
    });
  },
};
