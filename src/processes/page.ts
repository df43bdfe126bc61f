import { TimerElapsed } from "#contracts";
import { cells, compileProcess, mermaid, type Cell, type CompiledProcess, type Process } from "./engine/index.ts";

const introduction = `# The processes

Generated from the tables in \`src/processes\` by \`npm run generate\`; do not edit. Each arrow is one row of a table: *while - we learn of / and so we*.

In the cell tables: **state** is where a row leads, *stay* a row that keeps the state, \`held\` a fact that came before its time and is offered again after
each move, \`·\` a fact that can no longer matter (it is on the timeline all the same), \`overdue\` patience that ends without a row.
`;

const shortName = (type: string) => type.replace(/\.v\d+$/, "");

function cellText({ decision, state }: Cell): string {
  if (decision.outcome === "ignored") return "·";
  if (decision.outcome !== "moved") return decision.outcome === "held" ? "`held`" : "overdue";
  const reactions = decision.reactions.map((reaction) => reaction.name).join(", ");
  const target = decision.stays || decision.to === state ? "*stay*" : `**${decision.to}**`;
  return reactions === "" ? target : `${target}: ${reactions}`;
}

/** One row an event, one column a state: the whole table at a glance, and nothing in it left to chance. */
function cellTable(process: CompiledProcess): string {
  const columns = process.states.filter((state) => !process.final.has(state));
  const all = cells(process).filter((cell) => cell.state !== null);
  const types = [...new Set(all.map((cell) => cell.event))];
  const rows = types.map((type) => {
    const texts = columns.map((state) => {
      const cell = all.find((one) => one.state === state && one.event === type);
      return cell ? cellText(cell) : "";
    });
    return `| ${type === TimerElapsed.type ? "*patience ends*" : shortName(type)} | ${texts.join(" | ")} |`;
  });
  const patience = columns.map((state) => process.process.patience[state] ?? "");
  return [
    `| we learn of | ${columns.join(" | ")} |`,
    `| --- |${columns.map(() => " --- |").join("")}`,
    `| *patience* | ${patience.join(" | ")} |`,
    ...rows,
  ].join("\n");
}

function section(process: Process): string {
  const compiled = compileProcess(process);
  const exceptions = (process.ignored ?? []).map(
    ({ in: states, event, because }) => `- \`${event.name}\` in ${[states].flat().join(", ")} is ignored: ${because}`,
  );
  return [
    `## ${process.name}`,
    `\`\`\`mermaid\n${mermaid(compiled).trimEnd()}\n\`\`\``,
    cellTable(compiled),
    ...(exceptions.length > 0 ? [exceptions.join("\n")] : []),
    `In ${[...compiled.final].join(" and ")} nothing more is expected.`,
  ].join("\n\n");
}

/** docs/processes.md, from the tables themselves. */
export const processesPage = (processes: readonly Process[]): string =>
  `${[introduction.trimEnd(), ...processes.map(section)].join("\n\n")}\n`;
