import type { AvailableToPromise, InventoryPosition } from "#contracts";
import {
  availableToPromise,
  findCustomers,
  findPositions,
  findPrices,
  findProducts,
  priceFor,
  readExpected,
  type PromisingPlan,
} from "#domains";
import type { Clock, Queryable } from "#platform";
import type { AtpAsked, PriceAnswer, PriceQuestion } from "../hub.ts";

/** What can be promised of items, branch by branch. */
export const readAvailability = async (
  database: Queryable,
  skus: readonly string[],
): Promise<readonly InventoryPosition[]> => [...(await findPositions(database, skus)).values()].flat();

/** What can be promised of items now and by date. Items without any position are left out. */
export async function askAvailableToPromise(
  database: Queryable,
  { clock, promising }: { readonly clock: Clock; readonly promising: PromisingPlan },
  skus: readonly string[],
  { quantity, channel }: AtpAsked,
): Promise<readonly AvailableToPromise[]> {
  const [positions, expected] = [await findPositions(database, skus), await readExpected(database, skus)];
  const now = clock.now();
  return expected.flatMap(({ sku, waiting: backordered }) => {
    const known = positions.get(sku);
    const wanted = quantity === undefined ? {} : { quantity };
    const kept = channel === undefined ? {} : { kept: keptFromChannel(promising, channel, sku) };
    return known ? [availableToPromise({ sku, positions: known, backordered, now, ...wanted, ...kept })] : [];
  });
}

const keptFromChannel = ({ reserves }: PromisingPlan, channel: string, sku: string) => ({
  at: (branch: string) => reserves.keptAt(channel, sku, branch),
  overall: reserves.keptOverall(channel, sku),
});

/** A customer's prices today, by the same rule intake prices orders with. */
export async function askPrices(
  database: Queryable,
  clock: Clock,
  questions: readonly PriceQuestion[],
): Promise<readonly PriceAnswer[]> {
  const skus = questions.map(({ sku }) => sku);
  const customerNumbers = questions.map(({ customerNumber }) => customerNumber);
  const [customers, products] = await Promise.all([
    findCustomers(database, customerNumbers),
    findProducts(database, skus),
  ]);
  const customerGroups = [...customers.values()].flatMap(({ customer }) => customer.customerGroup ?? []);
  const prices = await findPrices(database, { skus, customerNumbers, customerGroups });
  const on = clock.now().toISOString().slice(0, 10);
  return questions.map(({ customerNumber, ...question }) => {
    const { sku } = question;
    const product = products.get(sku)?.product;
    const customer = customers.get(customerNumber)?.customer;
    if (!customer) return { sku, unitPrice: null, explanation: `The hub knows no customer ${customerNumber}.` };
    if (!product) return { sku, unitPrice: null, explanation: `The hub knows no item ${sku}.` };
    const agreements = (prices.get(sku) ?? []).map(({ agreement }) => agreement);
    const price = priceFor({ customer, ...question, on }, agreements, product);
    const { unitPrice, explanation } = price;
    return { sku, unitPrice, explanation, ...(price.unitPrice === null ? {} : { source: price.source }) };
  });
}
