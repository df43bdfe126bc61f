import {
  amountOf,
  businessDay,
  passedOver,
  priceFor,
  quantityRules,
  toBaseUnits,
  type Price,
  type PriceInquiry,
} from "#domains";
import type { Product } from "#contracts";
import type { Clock } from "#platform";
import type { PriceQuestion } from "../hub.ts";
import type { PriceLine, Prices } from "../v1/prices/price-answer.ts";
import { accountOf, knowledgeOf, type Book } from "./stock-desk.ts";

interface PriceDeskOptions {
  readonly book: Book;
  readonly clock: Clock;
  /** Where the business is: by its day prices begin and end. */
  readonly timeZone?: string;
}

/** A customer's prices, from memory and by the same rule intake prices orders with. */
export function createPriceDesk({ book, clock, timeZone = "UTC" }: PriceDeskOptions) {
  return {
    prices({ customerNumber, lines, ...question }: PriceQuestion): Prices {
      const now = clock.now();
      const customer = accountOf(book, customerNumber, "/customerNumber");
      const { currency = customer.currency, on = businessDay(now, timeZone) } = question;
      const prices = lines.map((line) => priceLine(book, { customer, currency, on, ...line }));
      const entities = ["prices", "products", "customers"];
      const knowledge = knowledgeOf({ readAt: book.readAt(), feeds: book.feeds(), entities }, now);
      return { answeredAt: now.toISOString(), knowledge, customerNumber, currency, on, prices };
    },
  };
}

function priceLine(book: Book, inquiry: PriceInquiry): PriceLine {
  const { sku, quantity, unitOfMeasure, customer } = inquiry;
  const asked = { sku, quantity, unitOfMeasure };
  const product = book.product(sku);
  if (!product) {
    const explanation = `The hub knows no item ${sku}.`;
    return { ...asked, unitPrice: null, explanation, passedOver: [], quantityFaults: [] };
  }
  const agreements = book.agreements(sku, customer);
  const price = priceFor(inquiry, agreements, product);
  return {
    ...asked,
    unitPrice: price.unitPrice,
    ...(price.unitPrice === null ? {} : { lineAmount: amountOf(quantity, price.unitPrice), ...pricedBy(book, price) }),
    explanation: price.explanation,
    passedOver: [...passedOver(inquiry, agreements, product, price)],
    quantityFaults: quantityFaults(product, inquiry),
  };
}

function pricedBy(book: Book, { source, priceAgreementId, version }: Price): Pick<PriceLine, "source" | "pricedBy"> {
  const file = book.agreementOnFile(priceAgreementId);
  if (!file) return { source };
  const { unitPrice, unitOfMeasure, minimumQuantity, validFrom, validTo } = file.agreement;
  return {
    source,
    pricedBy: {
      priceAgreementId,
      source,
      system: file.source,
      version,
      syncedAt: file.syncedAt.toISOString(),
      unitPrice,
      unitOfMeasure,
      minimumQuantity,
      validFrom,
      ...(validTo === undefined ? {} : { validTo }),
    },
  };
}

function quantityFaults(product: Product, { quantity, unitOfMeasure }: PriceInquiry): string[] {
  const baseQuantity = toBaseUnits(product, quantity, unitOfMeasure);
  return baseQuantity === null ? [] : quantityRules(product, baseQuantity);
}
