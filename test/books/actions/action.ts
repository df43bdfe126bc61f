import type fc from "fast-check";
import type { Node, Trade } from "../trade.ts";

/** Something that somebody does in a trade, with everything chance decided about it. */
export interface Action {
  /** Does it through this node's own doors, and tells in words what was done and what came of it. */
  does(trade: Trade, node: Node): Promise<string>;
}

/** One kind of thing to do. Add a file with more of them beside this one and name them in `kinds.ts`. */
export interface ActionKind {
  /** How often it is drawn, beside the others. */
  readonly weight: number;
  readonly arbitrary: fc.Arbitrary<Action>;
}

export const kind = <Data>(
  weight: number,
  data: fc.Arbitrary<Data>,
  does: (trade: Trade, node: Node, data: Data) => Promise<string>,
): ActionKind => ({
  weight,
  arbitrary: data.map((drawn) => ({ does: (trade, node) => does(trade, node, drawn) })),
});

/** One of what there is so far; null where there is nothing yet. */
export const oneOf = <Thing>(things: readonly Thing[], which: number): Thing | null =>
  things[which % Math.max(things.length, 1)] ?? null;

/** A refusal by the product's own catalogue is an answer; anything else is not. */
export async function answerOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return "done";
  } catch (error) {
    if (error instanceof Error && error.name === "CrossdockError") return `refused: ${error.message}`;
    throw error;
  }
}

/** Lets it happen and writes it down; what breaks on the way is written down as well, and must not. */
export async function perform(trade: Trade, node: Node, action: Action): Promise<void> {
  const which = trade.nodes.length > 1 ? `node ${node.number}: ` : "";
  try {
    await trade.timeGoesOn();
    trade.diary.push(which + (await action.does(trade, node)));
  } catch (error) {
    const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
    trade.diary.push(`${which}something that broke`);
    trade.violations.push(told);
  }
}
