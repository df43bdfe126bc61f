import type { Fault, PriceExplanation, Product, SalesOrderDraftLine } from "#contracts";
import { compare, plain } from "#platform";
import { comparePrice, type PriceRule } from "../../pricing/compare-price.ts";
import { amountOf, type NoPrice, type Price } from "../../pricing/price-for.ts";
import { quantityRules } from "../../products/order-quantity.ts";
import { toBaseUnits, unitsOf } from "../../products/units.ts";
import type { CompletePolicies } from "./policies.ts";

/** A line that can be taken: its item known, its quantity in base units, its price decided. */
export interface CheckedLine {
  readonly lineNumber: number;
  readonly sku: string;
  readonly description: string;
  readonly orderedQuantity: string;
  readonly orderedUnitOfMeasure: string;
  readonly baseUnitOfMeasure: string;
  readonly quantity: string;
  readonly unitPrice: string;
  readonly lineAmount: string;
  readonly price: PriceExplanation;
  /** It has the price; the lines of its components, below, have the stock. */
  readonly isKit?: true;
  /** Of a component: the kit's line, and how many of it are in one kit. */
  readonly kitLineNumber?: number;
  readonly kitQuantity?: string;
  /** What was ordered, and by policy became this. */
  readonly substitutedFor?: string;
  /** Why, for the line's explanation. */
  readonly substitution?: string;
}

export interface JudgedLine {
  readonly line: CheckedLine;
  readonly product: Product;
  /** Why somebody must look at the price. */
  readonly priceDoubt: string | null;
}

interface Faulty {
  readonly faults: readonly Fault[];
}

export interface LineQuestion {
  readonly line: SalesOrderDraftLine;
  /** JSON pointer of the line. */
  readonly path: string;
  readonly product: Product | undefined;
  /** Of a discontinued item: that it is still there. */
  readonly isLeft?: boolean;
  readonly policies: CompletePolicies;
  /** What becomes of the channel's price where it is not ours. */
  readonly priceRule: PriceRule;
  /** Our price for so much of the item. */
  readonly priceOf: (product: Product, line: SalesOrderDraftLine) => Price | NoPrice;
}

/** Everything that is wrong with a line, or the line as it would be written. */
export function checkLine(question: LineQuestion): Faulty | JudgedLine {
  const { line, path, product } = question;
  const faults = itemFaults(question);
  if (!product || faults.length > 0) return { faults };
  const quantity = toBaseUnits(product, line.quantity, line.unitOfMeasure);
  if (quantity === null) return { faults: [unitFault(line, path, product)] };
  const quantities = quantityFaults(question, product, quantity);
  return quantities.length > 0 ? { faults: quantities } : priceLine(question, product, quantity);
}

function itemFaults({ line: { sku }, path, product, isLeft }: LineQuestion): Fault[] {
  const at = `${path}/sku`;
  if (!product) {
    return [
      {
        path: at,
        expected: "an item known to the hub",
        found: sku,
        fix: "Check the item number; the hub knows what the ERP sells.",
      },
    ];
  }
  // What is discontinued and left was let through before.
  if (product.status === "active" || (product.status === "discontinued" && isLeft)) return [];
  const fix = product.supersededBy
    ? `Order its successor ${product.supersededBy}.`
    : "It has no successor; leave the line out.";
  return [{ path: at, expected: "an item that is sold", found: `${sku}, which is ${product.status}`, fix }];
}

const unitFault = ({ sku, unitOfMeasure }: SalesOrderDraftLine, path: string, product: Product): Fault => ({
  path: `${path}/unitOfMeasure`,
  expected: `one of ${unitsOf(product).join(", ")}`,
  found: unitOfMeasure,
  fix: `${sku} is not sold in ${unitOfMeasure}; state the quantity in one of its units.`,
});

function quantityFaults({ line, path, policies }: LineQuestion, product: Product, quantity: string): Fault[] {
  const at = `${path}/quantity`;
  const base = product.baseUnitOfMeasure;
  const found = `${line.quantity} ${line.unitOfMeasure}${line.unitOfMeasure === base ? "" : `, which is ${plain(quantity)} ${base}`}`;
  const faults: Fault[] = quantityRules(product, quantity).map((expected) => ({ path: at, expected, found }));
  if (compare(quantity, policies.lineQuantityMax) > 0) {
    const fix = "If it is meant, split it or ask the hub's operator to raise the limit.";
    faults.push({ path: at, expected: `at most ${policies.lineQuantityMax} ${base}`, found, fix });
  }
  return faults;
}

function priceLine(question: LineQuestion, product: Product, quantity: string): Faulty | JudgedLine {
  const { line, path, policies, priceRule, priceOf } = question;
  const ours = priceOf(product, line);
  const decision = decidePrice(ours, line, priceRule);
  if (!decision) {
    const fix = `${ours.explanation} Send the price that was agreed, or have one entered in the ERP.`;
    return { faults: [{ path: `${path}/unitPrice`, expected: "a price, since we have none", found: "nothing", fix }] };
  }
  const lineAmount = amountOf(line.quantity, decision.unitPrice);
  if (compare(lineAmount, policies.lineAmountMax) > 0) {
    const found = `${line.quantity} ${line.unitOfMeasure} at ${decision.unitPrice}, which is ${lineAmount}`;
    const fix = "If it is meant, split it or ask the hub's operator to raise the limit.";
    return {
      faults: [{ path: `${path}/quantity`, expected: `a line of at most ${policies.lineAmountMax}`, found, fix }],
    };
  }
  const { unitPrice, price, priceDoubt } = decision;
  const checked: CheckedLine = {
    lineNumber: line.lineNumber,
    sku: line.sku,
    description: product.description,
    orderedQuantity: line.quantity,
    orderedUnitOfMeasure: line.unitOfMeasure,
    baseUnitOfMeasure: product.baseUnitOfMeasure,
    quantity: plain(quantity),
    unitPrice,
    lineAmount,
    price,
  };
  return { line: checked, product, priceDoubt };
}

type PriceDecision = Pick<CheckedLine, "unitPrice" | "price"> & Pick<JudgedLine, "priceDoubt">;

/** Null: neither we nor the channel has a price. */
function decidePrice(
  ours: Price | NoPrice,
  { unitPrice: channels, quantity }: SalesOrderDraftLine,
  rule: PriceRule,
): PriceDecision | null {
  if (ours.unitPrice === null) return channels === undefined ? null : unpriced(ours.explanation, channels);
  if (channels === undefined) return contractPrice(ours, {});
  const { verdict, unitPrice, explanation } = comparePrice(rule, ours.unitPrice, channels, quantity);
  const both = { contractPrice: ours.unitPrice, channelPrice: channels };
  if (unitPrice === ours.unitPrice) {
    const corrected = verdict === "correct" ? { ...ours, explanation: `${ours.explanation} ${explanation}` } : ours;
    return contractPrice(corrected, both);
  }
  const { priceAgreementId, version } = ours;
  return {
    unitPrice,
    price: { source: "channel", priceAgreementId, version, explanation: `${ours.explanation} ${explanation}`, ...both },
    priceDoubt: verdict === "hold" ? explanation : null,
  };
}

function contractPrice(ours: Price, compared: { contractPrice?: string; channelPrice?: string }): PriceDecision {
  const { unitPrice, source, priceAgreementId, version, explanation } = ours;
  return {
    unitPrice,
    price: { source, priceAgreementId, version, explanation, contractPrice: unitPrice, ...compared },
    priceDoubt: null,
  };
}

function unpriced(explanation: string, channels: string): PriceDecision {
  const doubt = `${explanation} The channel's ${plain(channels)} stands until somebody decides.`;
  return {
    unitPrice: channels,
    price: { source: "channel", explanation: doubt, channelPrice: channels },
    priceDoubt: doubt,
  };
}
