import type { Clock } from "#platform";
import type { Hands } from "./commands/asking.ts";
import type { Process } from "./engine/index.ts";
import { fulfillment } from "./fulfillment.ts";
import { orderToCash } from "./order-to-cash.ts";
import type { ProcessPolicies } from "./policies.ts";
import { doubtfulTender, shipment } from "./shipment.ts";
import type { SystemsAtHand } from "./systems-at-hand.ts";

/** The lifecycles, with the systems they talk to and the rules they follow. The clock only measures how long carriers may take to quote. */
export function createProcesses(options: {
  readonly systems: SystemsAtHand;
  readonly policies: ProcessPolicies;
  readonly clock: Pick<Clock, "sleep">;
}): readonly Process[] {
  const hands: Hands = options;
  return [orderToCash(hands), fulfillment(hands), shipment(hands), doubtfulTender(hands)];
}

const nobody = (): never => {
  throw new Error("These processes were made to be drawn, not to be run.");
};

/** The same tables with no system behind them: for documents and for tests of the cells. */
export const drawnProcesses = (): readonly Process[] =>
  createProcesses({
    systems: { erp: nobody, warehouseOf: nobody, carriers: nobody, tax: nobody, storefrontOf: nobody },
    policies: {
      shipping: { ltlFromWeightLb: "150", quoteDeadlineMs: 2_000, transitDaysMax: 5 },
      tax: { estimatedRatePercent: "0" },
      freight: { billed: "as-quoted" },
    },
    clock: { sleep: () => Promise.resolve() },
  });
