import { findCustomers, findPositions, findPrices, findProducts, priceFor } from "#domains";
import type { Clock, Queryable } from "#platform";
import type { Availability, PriceAnswer, PriceQuestion } from "../hub.ts";

/** What can be had, from our copy of the ERP's stock; each position says how old it is. */
export async function readAvailability(database: Queryable, skus: readonly string[]): Promise<readonly Availability[]> {
  const positions = await findPositions(database, skus);
  return [...positions.values()].flat().map(({ sku, branch, onHand, allocated, availableToPromise, asOf }) => ({
    sku,
    branch,
    onHand,
    allocated,
    availableToPromise,
    asOf: new Date(asOf),
  }));
}

/** What it costs this customer today, and why; answered from our copy of the ERP's prices. */
export async function readPrices(
  database: Queryable,
  clock: Clock,
  questions: readonly PriceQuestion[],
): Promise<readonly PriceAnswer[]> {
  const skus = [...new Set(questions.map(({ sku }) => sku))];
  const customers = await findCustomers(database, [...new Set(questions.map(({ customerNumber }) => customerNumber))]);
  const customerGroups = [...customers.values()].flatMap(({ customer }) =>
    customer.customerGroup ? [customer.customerGroup] : [],
  );
  const products = await findProducts(database, skus);
  const prices = await findPrices(database, { skus, customerNumbers: [...customers.keys()], customerGroups });
  const on = clock.now().toISOString().slice(0, 10);
  return questions.map(({ customerNumber, ...question }) => {
    const none = (explanation: string): PriceAnswer => ({
      sku: question.sku,
      unitPrice: null,
      source: "none",
      explanation,
    });
    const known = customers.get(customerNumber);
    const product = products.get(question.sku);
    if (!known) return none(`There is no customer ${customerNumber}.`);
    if (!product) return none(`There is no item ${question.sku}.`);
    const { customerGroup } = known.customer;
    const customer = { customerNumber, ...(customerGroup === undefined ? {} : { customerGroup }) };
    const agreements = (prices.get(question.sku) ?? []).map(({ agreement }) => agreement);
    const price = priceFor({ ...question, customer, on }, agreements, product.product);
    if (price.unitPrice === null) return none(price.explanation);
    return { sku: question.sku, unitPrice: price.unitPrice, source: price.source, explanation: price.explanation };
  });
}
