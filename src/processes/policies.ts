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
  /** Where the business is: certificates of exemption begin and end by its day. Left out: UTC. */
  readonly timeZone?: string;
  readonly freight: { readonly billed: "as-quoted" | "never" };
  readonly stock?: {
    /** How long the ERP may take until invoiced goods are off its stock, where it does not say when they are. Left out: an hour. */
    readonly postingLagMs?: number;
    /** How long goods that a branch did not find stay off, though the ERP states them: until the shelf is counted. Left out: a day. */
    readonly countedWithinMs?: number;
  };
}

const HOUR_MS = 3_600_000;

export const stockPolicy = ({ stock }: Pick<ProcessPolicies, "stock">): Required<NonNullable<typeof stock>> => ({
  postingLagMs: stock?.postingLagMs ?? HOUR_MS,
  countedWithinMs: stock?.countedWithinMs ?? 24 * HOUR_MS,
});
