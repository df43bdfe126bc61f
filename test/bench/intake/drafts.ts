import type { SalesOrderDraft } from "#contracts";
import { createChance, type Chance } from "../../chaos/chance.ts";
import { customerOf, CUSTOMERS, HOT_SKU, skuOf, SKUS } from "./trade.ts";

const LINES = 5;
const NOTES =
  "Deliver to the receiving dock at the back between seven and eleven; call the site foreman half an hour before. Pallets no higher than sixty inches, " +
  "shrink-wrapped, with the purchase order number on every pallet and the packing list in a pouch on the first. No deliveries on the last Friday of the month. " +
  "Back orders are welcome as long as each is announced with a day; substitutes only after a word with purchasing. Invoices by mail, one an order.";

/** Some items are asked for far more often than others. */
const anItem = (chance: Chance): string => skuOf(1 + Math.floor(SKUS * chance.next() ** 2));
const quantities = ["1", "2", "4", "5", "6", "10", "12", "24", "100"];

/** Orders of five lines and some 1.5 KB, as a portal sends them; `isHot`: one line of each asks for the same item. */
export function draftsOf(prefix: string, isHot: boolean): (number: number | string) => SalesOrderDraft {
  const chance = createChance(prefix.length * 7_919 + prefix.charCodeAt(prefix.length - 1));
  return (number) => {
    const customer = chance.whole(1, CUSTOMERS);
    return {
      channel: "web-shop",
      channelOrderNumber: `${prefix}-${number}`,
      customerNumber: customerOf(customer),
      customerPurchaseOrder: `PO-${prefix}-${number}`,
      currency: "USD",
      orderedAt: new Date().toISOString(),
      shipTo:
        customer % 2 === 0
          ? { code: "MAIN" }
          : {
              name: "Job site 14, gate 3",
              company: `Piedmont Plumbing ${customer}`,
              street1: `${customer} Ponce de Leon Ave NE`,
              street2: "Behind the old mill, second driveway",
              city: "Decatur",
              region: "GA",
              postalCode: "30030",
              country: "US",
              phone: "+1 404 555 0142",
              email: `site-${customer}@piedmont-plumbing.example`,
            },
      lines: Array.from({ length: LINES }, (_, index) => ({
        lineNumber: index + 1,
        sku: isHot && index === 2 ? HOT_SKU : anItem(chance),
        quantity: chance.pick(quantities),
        unitOfMeasure: chance.next() < 0.1 ? "CS" : "EA",
      })),
      notes: NOTES,
    };
  };
}

const BODIES = 4_000;
const NUMBER = "#number#";

/**
 * The same as texts to send, for as long as the client runs: written before the clock is started, so that the client costs as little as it can. Each is
 * an order of its own, by its numbers.
 */
export function bodiesOf(prefix: string, isHot: boolean): (number: number) => string {
  const draft = draftsOf(prefix, isHot);
  const bodies = Array.from({ length: BODIES }, () => JSON.stringify(draft(NUMBER)).split(NUMBER));
  return (number) => (bodies[number % BODIES] ?? []).join(String(number));
}
