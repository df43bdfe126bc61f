import { compare, divide, fingerprint, isZero, multiply, plain, round, subtract } from "#platform";

export type PriceVerdict = "accept" | "correct" | "hold";

/** What becomes of a price the channel showed its buyer that is not ours. */
export interface PriceTolerance {
  /** So many percent off, either way, is taken without a word. */
  readonly tolerancePercent: string;
  /** But no more than this on the whole line, in the order's currency: a small percentage of much is much. Left out: however much. */
  readonly toleranceAmount?: string;
  /** The channel asks more than we do. */
  readonly above: PriceVerdict;
  /** The channel asks less than we do. */
  readonly below: PriceVerdict;
}

/** Configuration, not code. */
export interface PricePolicy extends PriceTolerance {
  /** What is different for a channel, by its code. */
  readonly channels?: Readonly<Record<string, Partial<PriceTolerance>>>;
}

/** The rule that holds for a channel, and how explanations name it: whose rule, and which version of the policy. */
export interface PriceRule extends PriceTolerance {
  readonly name: string;
}

const VERSION_DIGITS = 8;

/** Told once for each policy: the rule of each channel that has one of its own, and everybody else's. */
export function priceRules(policy: PricePolicy): (channel: string) => PriceRule {
  const { channels = {}, ...general } = policy;
  const version = fingerprint(policy).slice(0, VERSION_DIGITS);
  const everybodys: PriceRule = { ...general, name: `price policy ${version}` };
  const rules = new Map(
    Object.entries(channels).map(([channel, different]): [string, PriceRule] => [
      channel,
      { ...general, ...different, name: `price policy ${version} for ${channel}` },
    ]),
  );
  return (channel) => rules.get(channel) ?? everybodys;
}

export interface PriceComparison {
  readonly verdict: PriceVerdict;
  /** What the line is written with: the channel's when accepted or held (the buyer saw it), ours when corrected. */
  readonly unitPrice: string;
  readonly explanation: string;
}

/** Both prices of one ordered unit, and how many of them the line has. */
export function comparePrice(rule: PriceRule, ours: string, channels: string, quantity: string): PriceComparison {
  const difference = subtract(channels, ours);
  if (isZero(difference)) return { verdict: "accept", unitPrice: ours, explanation: "The channel shows our price." };
  const off = difference.replace("-", "");
  const direction = compare(difference, "0") > 0 ? "above" : "below";
  const onLine = round(multiply(off, quantity), 2);
  const shown = `The channel's ${plain(channels)} is ${off}${percentOf(off, ours)} ${direction} our ${plain(ours)}, ${onLine} on the line`;
  const passed = whatIsPassed(rule, { off, ours, onLine });
  if (passed === null) {
    const within = `within the tolerance of ${allowed(rule)} (${rule.name}).`;
    return { verdict: "accept", unitPrice: channels, explanation: `${shown}, ${within}` };
  }
  const verdict = rule[direction];
  const endings = {
    accept: `; that is beyond the tolerance of ${passed}, and the channel's price is taken all the same (${rule.name}).`,
    correct: `, beyond the tolerance of ${passed}; it is corrected to ours (${rule.name}).`,
    hold: `, beyond the tolerance of ${passed}; somebody must decide (${rule.name}).`,
  };
  return { verdict, unitPrice: verdict === "correct" ? ours : channels, explanation: `${shown}${endings[verdict]}` };
}

/** The limit a difference passes, in words; null: none. */
function whatIsPassed(
  { tolerancePercent, toleranceAmount }: PriceTolerance,
  { off, ours, onLine }: { readonly off: string; readonly ours: string; readonly onLine: string },
): string | null {
  if (compare(multiply(off, "100"), multiply(tolerancePercent, ours)) > 0) return `${tolerancePercent} %`;
  return toleranceAmount !== undefined && compare(onLine, toleranceAmount) > 0 ? `${toleranceAmount} a line` : null;
}

const allowed = ({ tolerancePercent, toleranceAmount }: PriceTolerance): string =>
  toleranceAmount === undefined ? `${tolerancePercent} %` : `${tolerancePercent} % and ${toleranceAmount} a line`;

const percentOf = (part: string, whole: string): string =>
  isZero(whole) ? "" : ` (${plain(divide(multiply(part, "100"), whole, 2))} %)`;
