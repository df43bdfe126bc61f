import { compare, isPositive, plain, smaller, subtract } from "#platform";

/** What a line needs, in base units. */
export interface Demand {
  readonly lineNumber: number;
  readonly sku: string;
  readonly quantity: string;
  readonly baseUnitOfMeasure: string;
}

export interface SourcingPreference {
  /** Every branch we may ship from, the one we would rather ship from first. */
  readonly branches: readonly string[];
  readonly homeBranch?: string;
  readonly shipComplete: boolean;
}

interface Taken {
  readonly branch: string;
  readonly quantity: string;
}

export interface SourcedDemand {
  readonly lineNumber: number;
  readonly sku: string;
  readonly taken: readonly Taken[];
  readonly backordered: string;
  readonly explanation: string;
}

/** What can still be promised, and taking from it. What one order takes the next one finds gone. */
export interface FreeStock {
  available(sku: string, branch: string): string;
  take(sku: string, branch: string, quantity: string): void;
}

export function createFreeStock(
  positions: readonly { readonly sku: string; readonly branch: string; readonly available: string }[],
): FreeStock {
  const free = new Map(positions.map(({ sku, branch, available }) => [`${sku}@${branch}`, available]));
  const available = (sku: string, branch: string) => free.get(`${sku}@${branch}`) ?? "0";
  return {
    available,
    take: (sku, branch, quantity) => void free.set(`${sku}@${branch}`, subtract(available(sku, branch), quantity)),
  };
}

/**
 * Chooses branches for a whole order and takes from `stock`: the customer's home branch if it has all of it; else the first branch that
 * has; else the fewest branches we can find greedily, whole lines first. What is not there is backordered.
 */
export function chooseBranches(
  demands: readonly Demand[],
  preference: SourcingPreference,
  stock: FreeStock,
): SourcedDemand[] {
  const preferred = byPreference(preference);
  const whole = preferred.find((branch) => coverable(demands, branch, stock).length === demands.length);
  if (whole !== undefined) {
    const why =
      whole === preference.homeBranch ? "the customer's home branch" : "the first branch that has the whole order";
    return demands.map((demand) => takeWhole(demand, whole, `All ${measured(demand)} from ${whole}, ${why}.`, stock));
  }
  const { sourced, rest, used } = coverWholeLines(demands, preferred, stock);
  const pieces = rest.map((demand) => takePieces(demand, preferred, used, stock));
  const waits = preference.shipComplete && pieces.some(({ backordered }) => isPositive(backordered));
  const all = new Map([...sourced, ...pieces].map((line) => [line.lineNumber, line]));
  return demands.flatMap(({ lineNumber }) => {
    const line = all.get(lineNumber);
    return line
      ? [waits ? { ...line, explanation: `${line.explanation} The order ships only when it is complete.` } : line]
      : [];
  });
}

const measured = (demand: Demand) => `${plain(demand.quantity)} ${demand.baseUnitOfMeasure}`;

function byPreference({ branches, homeBranch }: SourcingPreference): string[] {
  const home = branches.filter((branch) => branch === homeBranch);
  return [...home, ...branches.filter((branch) => branch !== homeBranch)];
}

/** The lines a branch could serve wholly, taken together: two lines of one item share its stock. */
function coverable(demands: readonly Demand[], branch: string, stock: FreeStock): Demand[] {
  const left = new Map<string, string>();
  return demands.filter(({ sku, quantity }) => {
    const available = left.get(sku) ?? stock.available(sku, branch);
    const fits = compare(available, quantity) >= 0;
    left.set(sku, fits ? subtract(available, quantity) : available);
    return fits;
  });
}

function takeWhole(demand: Demand, branch: string, explanation: string, stock: FreeStock): SourcedDemand {
  const { lineNumber, sku, quantity } = demand;
  stock.take(sku, branch, quantity);
  return { lineNumber, sku, taken: [{ branch, quantity }], backordered: "0", explanation };
}

interface Covered {
  readonly sourced: SourcedDemand[];
  readonly rest: readonly Demand[];
  readonly used: readonly string[];
}

/** Greedy: the branch that serves the most lines wholly, again and again; the preferred one where two serve as many. */
function coverWholeLines(demands: readonly Demand[], preferred: readonly string[], stock: FreeStock): Covered {
  const sourced: SourcedDemand[] = [];
  const used: string[] = [];
  let rest = demands;
  for (;;) {
    const offers = preferred.map((branch) => ({ branch, lines: coverable(rest, branch, stock) }));
    const best = offers.reduce((winner, offer) => (offer.lines.length > winner.lines.length ? offer : winner), {
      branch: "",
      lines: [] as readonly Demand[],
    });
    if (best.lines.length === 0) return { sourced, rest, used };
    used.push(best.branch);
    const explain = (demand: Demand) =>
      `All ${measured(demand)} from ${best.branch}; no single branch has the whole order.`;
    sourced.push(...best.lines.map((demand) => takeWhole(demand, best.branch, explain(demand), stock)));
    rest = rest.filter((demand) => !best.lines.includes(demand));
  }
}

/** A line no branch has wholly: from branches that ship anyway first, then from those that have most. */
function takePieces(
  demand: Demand,
  preferred: readonly string[],
  used: readonly string[],
  stock: FreeStock,
): SourcedDemand {
  const { lineNumber, sku } = demand;
  const ranked = preferred
    .map((branch) => ({ branch, available: stock.available(sku, branch), isUsed: used.includes(branch) }))
    .filter(({ available }) => isPositive(available))
    .toSorted((a, b) => Number(b.isUsed) - Number(a.isUsed) || compare(b.available, a.available));
  const taken: Taken[] = [];
  let missing = demand.quantity;
  for (const { branch, available } of ranked) {
    const quantity = smaller(missing, available);
    if (!isPositive(quantity)) break;
    stock.take(sku, branch, quantity);
    missing = subtract(missing, quantity);
    taken.push({ branch, quantity });
  }
  return { lineNumber, sku, taken, backordered: missing, explanation: explainPieces(demand, taken, missing) };
}

function explainPieces(demand: Demand, taken: readonly Taken[], missing: string): string {
  const unit = demand.baseUnitOfMeasure;
  if (taken.length === 0) return `No branch has any; ${plain(missing)} ${unit} backordered.`;
  const parts = taken.map(({ branch, quantity }) => `${plain(quantity)} ${unit} from ${branch}`).join(" and ");
  return isPositive(missing)
    ? `${parts}; ${plain(missing)} ${unit} backordered.`
    : `${parts}; no single branch has all of the line.`;
}
