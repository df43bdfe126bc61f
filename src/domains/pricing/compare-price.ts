import { compare, divide, isZero, multiply, plain, subtract } from "#platform";

export type PriceVerdict = "accept" | "correct" | "hold";

/** What becomes of a price the channel showed its buyer that is not ours. Configuration, not code. */
export interface PricePolicy {
  /** So many percent off, either way, is taken without a word. */
  readonly tolerancePercent: string;
  /** The channel asks more than we do. */
  readonly above: PriceVerdict;
  /** The channel asks less than we do. */
  readonly below: PriceVerdict;
}

export interface PriceComparison {
  readonly verdict: PriceVerdict;
  /** What the line is written with: the channel's when accepted or held (the buyer saw it), ours when corrected. */
  readonly unitPrice: string;
  readonly explanation: string;
}

/** Both prices of one ordered unit. */
export function comparePrice(policy: PricePolicy, ours: string, channels: string): PriceComparison {
  const difference = subtract(channels, ours);
  if (isZero(difference)) return { verdict: "accept", unitPrice: ours, explanation: "The channel shows our price." };
  const off = difference.replace("-", "");
  const direction = compare(difference, "0") > 0 ? "above" : "below";
  const shown = `The channel's ${plain(channels)} is ${off}${percentOf(off, ours)} ${direction} our ${plain(ours)}`;
  if (compare(multiply(off, "100"), multiply(policy.tolerancePercent, ours)) <= 0) {
    return {
      verdict: "accept",
      unitPrice: channels,
      explanation: `${shown}, within the tolerance of ${policy.tolerancePercent} %.`,
    };
  }
  const verdict = policy[direction];
  const endings = {
    accept: "; our policy takes the channel's price.",
    correct: "; our policy corrects it to ours.",
    hold: `, beyond the tolerance of ${policy.tolerancePercent} %; somebody must decide.`,
  };
  return { verdict, unitPrice: verdict === "correct" ? ours : channels, explanation: `${shown}${endings[verdict]}` };
}

const percentOf = (part: string, whole: string): string =>
  isZero(whole) ? "" : ` (${plain(divide(multiply(part, "100"), whole, 2))} %)`;
