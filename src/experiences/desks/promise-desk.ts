import type { AvailableToPromise, Product } from "#contracts";
import {
  availableToPromise,
  findPositions,
  findProducts,
  kitAvailableToPromise,
  readExpected,
  type PromisingPlan,
} from "#domains";
import type { Clock, Queryable } from "#platform";
import type { AtpAsked } from "../hub.ts";

interface PromiseDeskOptions {
  readonly clock: Clock;
  readonly promising: PromisingPlan;
}

/** What can be promised of items now and by date, of kits by their parts. Items nobody has any position of are left out. */
export async function askAvailableToPromise(
  database: Queryable,
  options: PromiseDeskOptions,
  skus: readonly string[],
  asked: AtpAsked,
): Promise<readonly AvailableToPromise[]> {
  const products = new Map([...(await findProducts(database, skus))].map(([sku, { product }]) => [sku, product]));
  const parts = skus.flatMap((sku) => (products.get(sku)?.kitComponents ?? []).map((part) => part.sku));
  const now = options.clock.now();
  const answers = await askItems(database, [...new Set([...skus, ...parts])], { ...options, ...asked, now });
  return skus.flatMap((sku) => {
    const product = products.get(sku);
    const answer = product?.kitComponents ? askKit(product, answers, { ...asked, now }) : answers.get(sku);
    return answer ? [{ ...answer, ...offered(product) }] : [];
  });
}

function askKit(
  { sku, kitComponents = [] }: Product,
  answers: ReadonlyMap<string, AvailableToPromise>,
  asked: AtpAsked & { readonly now: Date },
): AvailableToPromise | undefined {
  const parts = kitComponents.flatMap(({ sku, quantity }) => {
    const answer = answers.get(sku);
    return answer ? [{ quantity, answer }] : [];
  });
  return parts.length < kitComponents.length ? undefined : kitAvailableToPromise(sku, parts, asked);
}

function offered(product: Product | undefined): { readonly offered?: string[] } {
  const { supersededBy, substitutes = [] } = product ?? {};
  const all = [...(supersededBy === undefined ? [] : [supersededBy]), ...substitutes];
  return all.length > 0 ? { offered: all } : {};
}

async function askItems(
  database: Queryable,
  skus: readonly string[],
  { promising, quantity, channel, now }: PromiseDeskOptions & AtpAsked & { readonly now: Date },
): Promise<ReadonlyMap<string, AvailableToPromise>> {
  const [positions, expected] = [await findPositions(database, skus), await readExpected(database, skus)];
  const answers = expected.flatMap(({ sku, waiting: backordered }) => {
    const known = positions.get(sku);
    const wanted = quantity === undefined ? {} : { quantity };
    const kept = channel === undefined ? {} : { kept: keptFromChannel(promising, channel, sku) };
    return known ? [availableToPromise({ sku, positions: known, backordered, now, ...wanted, ...kept })] : [];
  });
  return new Map(answers.map((answer) => [answer.sku, answer]));
}

const keptFromChannel = ({ reserves }: PromisingPlan, channel: string, sku: string) => ({
  at: (branch: string) => reserves.keptAt(channel, sku, branch),
  overall: reserves.keptOverall(channel, sku),
});
