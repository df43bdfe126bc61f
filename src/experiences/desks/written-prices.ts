import type { PriceAgreement, Product } from "#contracts";
import {
  amountOf,
  choosePrice,
  passedOver,
  priceOf,
  quantityRules,
  toBaseUnits,
  type Price,
  type PriceChoice,
  type PriceInquiry,
} from "#domains";
import { twoGenerations, type TwoGenerations } from "#platform";
import type { Book } from "./knowledge-desk.ts";

/** What an answer says of an agreement to everybody who gets its price in one unit: the part that is long. */
interface WrittenPrice {
  readonly product: Product;
  readonly unitOfMeasure: string;
  readonly unitPrice: string;
  /** `"unitPrice":..,"source":..,"pricedBy":{..},"explanation":..` */
  readonly json: string;
  /** The same agreement's in another unit. */
  readonly other: WrittenPrice | null;
}

/** Half a kilobyte each: so many agreements stay, others are written again when somebody asks. */
const KEPT_MAX = 50_000;

/** What all lines of a question share. */
export interface PriceContext extends Pick<PriceInquiry, "customer" | "currency" | "on"> {
  readonly explain: boolean;
}
type AskedLine = Pick<PriceInquiry, "sku" | "quantity" | "unitOfMeasure">;

/** So many customers' lines stay, and so many of each, as long as nothing in the book is different. */
const CUSTOMERS_KEPT_MAX = 250;
const LINES_KEPT_MAX = 200;

/**
 * Lines of a price answer as JSON. What is said of an agreement is written once, whoever asks for how much. A customer's lines are kept as well: a storefront
 * asks for the same items on every page, and while the book stays as it is so does the answer. They lie together, by customer, so that they are found while warm.
 */
export function createWrittenPrices(book: Book): (context: PriceContext, lines: readonly AskedLine[]) => string[] {
  const written = twoGenerations<PriceAgreement, WrittenPrice>(KEPT_MAX);
  const kept = twoGenerations<string, Map<string, string>>(CUSTOMERS_KEPT_MAX);
  let version = book.version();

  function linesOf({ customer, currency, on, explain }: PriceContext): Map<string, string> {
    const asker = `${customer.customerNumber} ${currency} ${on} ${explain}`;
    const known = kept.get(asker);
    if (known && known.size <= LINES_KEPT_MAX) return known;
    const lines = new Map<string, string>();
    kept.set(asker, lines);
    return lines;
  }

  return (context, lines) => {
    if (version !== book.version()) kept.clear();
    version = book.version();
    const { customer, currency, on, explain } = context;
    const known = linesOf(context);
    return lines.map(({ sku, quantity, unitOfMeasure }) => {
      const key = `${quantity} ${unitOfMeasure} ${sku}`;
      const before = known.get(key);
      if (before !== undefined) return before;
      const line = writeLine(book, written, explain, { customer, currency, on, sku, quantity, unitOfMeasure });
      known.set(key, line);
      return line;
    });
  };
}

type WrittenPrices = TwoGenerations<PriceAgreement, WrittenPrice>;

function writeLine(book: Book, written: WrittenPrices, explain: boolean, inquiry: PriceInquiry): string {
  const { sku, quantity, unitOfMeasure, customer } = inquiry;
  const head = `{"sku":${JSON.stringify(sku)},"quantity":"${quantity}","unitOfMeasure":"${unitOfMeasure}"`;
  const product = book.product(sku);
  if (!product) return `${head},${noPrice(`The hub knows no item ${sku}.`)},"quantityFaults":[]}`;
  const choice = choosePrice(inquiry, book.agreements(sku, customer), product);
  const price = writtenPrice(book, written, choice, product, inquiry);
  const said = price
    ? `${price.json},"lineAmount":"${amountOf(quantity, price.unitPrice)}"`
    : noPrice(priceOf(choice, inquiry).explanation);
  const others = explain
    ? `,"passedOver":${JSON.stringify(passedOver(inquiry, choice, price?.unitPrice ?? null))}`
    : "";
  const faults = quantityFaults(product, inquiry);
  return `${head},${said}${others},"quantityFaults":${faults.length === 0 ? "[]" : JSON.stringify(faults)}}`;
}

/** Documents are replaced, never changed: the same object is the same content. */
function writtenPrice(
  book: Book,
  written: WrittenPrices,
  choice: PriceChoice,
  product: Product,
  inquiry: PriceInquiry,
): WrittenPrice | null {
  if (!choice.taken) return null;
  const { agreement } = choice.taken;
  const { unitOfMeasure } = inquiry;
  const first = written.get(agreement);
  for (let one = first ?? null; one?.product === product; one = one.other)
    if (one.unitOfMeasure === unitOfMeasure) return one;
  const price = priceOf(choice, inquiry);
  if (price.unitPrice === null) return null;
  const other = first?.product === product ? first : null;
  const made = { product, unitOfMeasure, unitPrice: price.unitPrice, json: writePrice(book, price), other };
  written.set(agreement, made);
  return made;
}

const noPrice = (explanation: string): string => `"unitPrice":null,"explanation":${JSON.stringify(explanation)}`;

function quantityFaults(product: Product, { quantity, unitOfMeasure }: PriceInquiry): readonly string[] {
  const baseQuantity = toBaseUnits(product, quantity, unitOfMeasure);
  return baseQuantity === null ? [] : quantityRules(product, baseQuantity);
}

function writePrice(book: Book, { unitPrice, source, priceAgreementId, version, explanation }: Price): string {
  const file = book.agreementOnFile(priceAgreementId);
  const { agreement } = file ?? {};
  const pricedBy = agreement && {
    priceAgreementId,
    source,
    system: file?.source,
    version,
    syncedAt: file?.syncedAt.toISOString(),
    unitPrice: agreement.unitPrice,
    unitOfMeasure: agreement.unitOfMeasure,
    minimumQuantity: agreement.minimumQuantity,
    validFrom: agreement.validFrom,
    validTo: agreement.validTo,
  };
  return JSON.stringify({ unitPrice, source, pricedBy, explanation }).slice(1, -1);
}
