import { targetOf, type CompiledProcess } from "./table.ts";

/** Mermaid's state names take no hyphens. */
const nameOf = (state: string): string => state.replaceAll("-", "_");
const shortened = (name: string): string => name.replace(/^.*\./, "");

/** The table as a Mermaid state diagram; generated into the documents. */
export function mermaid(process: CompiledProcess): string {
  const { transitions } = process.process;
  const edges = transitions.flatMap((transition) =>
    transition.from.map((from) => {
      const reactions = transition.reactions.map(({ name }) => name).join(", ");
      const label =
        reactions === "" ? shortened(transition.event.name) : `${shortened(transition.event.name)} / ${reactions}`;
      return `  ${nameOf(from)} --> ${nameOf(targetOf(from, transition).to)}: ${label}`;
    }),
  );
  return [
    "stateDiagram-v2",
    ...process.states.filter((state) => state.includes("-")).map((state) => `  state "${state}" as ${nameOf(state)}`),
    `  [*] --> ${nameOf(process.initial)}`,
    ...edges,
    ...[...process.final].map((state) => `  ${nameOf(state)} --> [*]`),
    "",
  ].join("\n");
}
