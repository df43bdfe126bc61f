import { randomUUID } from "node:crypto";
import type { SalesOrderDraft } from "#contracts";
import type { SandboxData } from "#sandbox";
import type { Chance } from "./chance.ts";

export interface OrderDraws {
  /** An order for the hub's own API. Every one has a purchase order number of its own, so that a doubled one is seen anywhere. */
  draft(): SalesOrderDraft;
  /** The same through the shop: what its control door is told to place. */
  placing(): { readonly purchaseOrder: string; readonly customerNumber: string; readonly lines: readonly object[] };
}

const PLENTY = 300;
const PARCEL_LB = 25;
const FREIGHT_LB = 200;
const FREIGHT_PRODUCTS = 12;
const FREIGHT_CHANCE = 0.15;
// In a hurry, the cheapest parcel carrier is too slow and another one gets work too.
const HURRY_CHANCE = 0.5;
const DAY_MS = 86_400_000;

/** Orders that can be filled: good customers, goods in plenty. What is not about reliability must not get in its way. */
export function createOrderDraws(data: SandboxData, chance: Chance): OrderDraws {
  const customers = data.customers.filter(
    ({ status, creditLimit, openBalance }) => status === "active" && Number(creditLimit) - Number(openBalance) > 60_000,
  );
  const most = new Map<string, number>();
  for (const { sku, onHand } of data.stock) most.set(sku, Math.max(most.get(sku) ?? 0, Number(onHand)));
  const sellable = data.products.filter(
    ({ status, hazardous, orderMultiple, minimumOrderQuantity }) =>
      status === "active" && !hazardous && !orderMultiple && !minimumOrderQuantity,
  );
  const small = sellable.filter(
    ({ sku, weightLb }) => (most.get(sku) ?? 0) >= PLENTY && Number(weightLb) < PARCEL_LB / 5,
  );
  const stockLb = (product: (typeof sellable)[number]) => (most.get(product.sku) ?? 0) * Number(product.weightLb);
  const heavy = sellable.toSorted((a, b) => stockLb(b) - stockLb(a)).slice(0, FREIGHT_PRODUCTS);
  const run = randomUUID().slice(0, 8);
  let count = 0;

  const draw = () => {
    count += 1;
    const lines = Array.from({ length: chance.whole(1, 3) }, () => {
      const product = chance.pick(small);
      return { product, quantity: chance.whole(1, 5) };
    });
    if (chance.next() < FREIGHT_CHANCE) {
      const product = chance.pick(heavy);
      lines.push({ product, quantity: Math.ceil(FREIGHT_LB / Number(product.weightLb)) });
    }
    const once = lines.filter(({ product }, index) => lines.findIndex((other) => other.product === product) === index);
    return { purchaseOrder: `PO-${run}-${count}`, customerNumber: chance.pick(customers).customerNumber, lines: once };
  };

  return {
    draft() {
      const { purchaseOrder, customerNumber, lines } = draw();
      return {
        channel: "api",
        channelOrderNumber: purchaseOrder.replace("PO", "API"),
        customerNumber,
        customerPurchaseOrder: purchaseOrder,
        currency: "USD",
        orderedAt: new Date().toISOString(),
        shipTo: { code: "MAIN" },
        ...(chance.next() < HURRY_CHANCE && { requestedOn: new Date(Date.now() + DAY_MS).toISOString().slice(0, 10) }),
        lines: lines.map(({ product, quantity }, index) => ({
          lineNumber: index + 1,
          sku: product.sku,
          quantity: String(quantity),
          unitOfMeasure: product.baseUnitOfMeasure,
        })),
      };
    },
    placing() {
      const { purchaseOrder, customerNumber, lines } = draw();
      return {
        purchaseOrder,
        customerNumber,
        lines: lines.map(({ product, quantity }) => ({ sku: product.sku, quantity })),
      };
    },
  };
}
