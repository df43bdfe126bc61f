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
}
