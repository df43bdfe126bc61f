import { priceRules, type PricePolicy, type PriceRule } from "../../pricing/compare-price.ts";
import { plainPlan, type PromisingPlan } from "../../promising/promising-plan.ts";

/** How strictly orders are taken. Configuration, not code. */
export interface IntakePolicies {
  readonly price: PricePolicy;
  /** What becomes of an order whose customer purchase order number another order of the customer bears already. */
  readonly duplicatePurchaseOrder?: "hold" | "accept";
  /** What can be promised to whom, and from where. */
  readonly promising?: PromisingPlan;
  /** What becomes of an order that is to go where the customer has no address with us. */
  readonly unlistedShipTo?: "hold" | "accept";
  /** More base units than this in one line is a typing mistake. */
  readonly lineQuantityMax?: string;
  /** A dearer line than this is a typing mistake, in the order's currency. */
  readonly lineAmountMax?: string;
  /** Where the business is: by its day prices begin and end. */
  readonly timeZone?: string;
}

export const defaultLimits = {
  duplicatePurchaseOrder: "hold",
  promising: plainPlan,
  unlistedShipTo: "accept",
  lineQuantityMax: "10000000",
  lineAmountMax: "100000000",
  timeZone: "UTC",
} as const;

export interface CompletePolicies extends Required<IntakePolicies> {
  readonly priceRuleOf: (channel: string) => PriceRule;
}
export const completed = (policies: IntakePolicies): CompletePolicies => ({
  ...defaultLimits,
  ...policies,
  priceRuleOf: priceRules(policies.price),
});
