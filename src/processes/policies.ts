/** The rules of the house that the lifecycles follow; the same shape as `policies` in `crossdock.config.ts`. */
export interface ProcessPolicies {
  readonly shipping: {
    /** From this weight on goods go by freight. */
    readonly ltlFromWeightLb: string;
    /** How long carriers have to quote; whoever is silent then is judged by its last known rate. */
    readonly quoteDeadlineMs: number;
    /** What is quick enough where nothing was promised. */
    readonly transitDaysMax: number;
  };
  readonly tax: { readonly estimatedRatePercent: string };
  readonly freight: { readonly billed: "as-quoted" | "never" };
  readonly stock?: { readonly postingLagMs?: number };
}

const HOUR_MS = 3_600_000;

/** How long the ERP may take until invoiced goods are off its stock, where it does not say when they are. An hour, unless it is said otherwise. */
export const stockPolicy = ({ stock }: Pick<ProcessPolicies, "stock">): { readonly postingLagMs: number } => ({
  postingLagMs: stock?.postingLagMs ?? HOUR_MS,
});
