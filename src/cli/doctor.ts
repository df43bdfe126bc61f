import { parseArgs } from "node:util";
import { checkBooks, remedyFor, type Books } from "#domains";
import type { Queryable } from "#platform";
import type { CliCommand } from "./command.ts";
import { examineStock } from "./doctor-stock.ts";
import { withHub } from "./local-hub.ts";
import { withStore } from "./local-store.ts";
import { paint } from "./terminal.ts";

/** What one look came to. */
interface Examined {
  readonly isWell: boolean;
  readonly report: readonly string[];
}

const counted = ({ orders, lines, positions }: Books["checked"]) =>
  `${orders.toLocaleString("en-US")} orders, ${lines.toLocaleString("en-US")} lines and ${positions.toLocaleString("en-US")} positions`;
const plural = (count: number) => (count === 1 ? "1 thing is off" : `${count.toLocaleString("en-US")} things are off`);

async function examineBooks(database: Queryable): Promise<Examined> {
  const { balanced, faults, oversoldBySnapshot, checked } = await checkBooks(database);
  const off = [...Map.groupBy(faults, ({ law }) => law)].flatMap(([law, broken]) => [
    paint("red", `off   ${law}`),
    ...broken.map(({ what, explanation }) => `        ${what}: ${explanation}.`),
    `      ${paint("cyan", remedyFor(law))}`,
  ]);
  const oversold = oversoldBySnapshot.map(({ what, explanation }) => `        ${what}: ${explanation}.`);
  const notes = oversoldBySnapshot
    .slice(0, 1)
    .flatMap(({ law }) => [
      paint("yellow", "note  promised before the owner of the stock said that there is less"),
      ...oversold,
      `      ${paint("cyan", remedyFor(law))}`,
    ]);
  const conclusion = balanced
    ? paint("green", `The books balance over ${counted(checked)}.`)
    : paint("red", `The books do not balance: ${plural(faults.length)}, over ${counted(checked)}.`);
  return { isWell: balanced, report: [...off, ...notes, conclusion] };
}

/** Everything that can be looked at, by the word it is asked for. */
const checks: Readonly<Record<string, (database: Queryable) => Promise<Examined>>> = { books: examineBooks };

const stockUsage = "stock [--correct --reason WHY] [--json]";

/** Through the running hub: it has the way to the ERP. */
function stockDoctor(args: readonly string[]): Promise<number> {
  const asked = readStockOptions(args);
  if (asked) return withHub(({ client }) => examineStock(client, asked));
  console.error(`The stock check is asked for so: \`crossdock doctor ${stockUsage}\`.`);
  return Promise.resolve(2);
}

function readStockOptions(args: readonly string[]) {
  const options = {
    correct: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    reason: { type: "string", default: "crossdock doctor stock --correct" },
  } as const;
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch {
    return null;
  }
}

export const doctor: CliCommand = {
  name: "doctor",
  usage: `doctor [${Object.keys(checks).join("|")} | ${stockUsage}]`,
  summary:
    "Whether quantities, stock and money add up over the whole database, and whether our stock is the ERP's; what is off, and what to do about it.",
  run(args) {
    if (args[0] === "stock") return stockDoctor(args.slice(1));
    const unknown = args.filter((word) => !Object.hasOwn(checks, word));
    if (unknown.length > 0) {
      console.error(`There is no check "${unknown.join(" ")}"; there is: ${Object.keys(checks).join(", ")}, stock.`);
      return Promise.resolve(2);
    }
    const asked = Object.entries(checks).filter(([word]) => args.length === 0 || args.includes(word));
    return withStore(async (database) => {
      let isWell = true;
      for (const [, examine] of asked) {
        const examined = await examine(database);
        for (const line of examined.report) console.log(line);
        isWell &&= examined.isWell;
      }
      return isWell ? 0 : 1;
    });
  },
};
