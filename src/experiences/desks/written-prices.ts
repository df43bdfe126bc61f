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
  readonly unitPrice: string;
  /** `"unitPrice":..,"source":..,"pricedBy":{..},"explanation":..` */
  readonly json: string;
}

/** Half a kilobyte each: so many agreements stay, others are written again when somebody asks. */
const KEPT_MAX = 20_000;

/** What all lines of a question share. */
export interface PriceContext extends Pick<PriceInquiry, "customer" | "currency" | "on"> {
  readonly explain: boolean;
}
type AskedLine = Pick<PriceInquiry, "sku" | "quantity" | "unitOfMeasure">;

/** Half a kilobyte each: so many answered lines stay, as long as nothing in the book is different. */
const LINES_KEPT_MAX = 40_000;

/**
 * Lines of a price answer as JSON. What is said of an agreement is written once, whoever asks for how much. A whole line is kept as well: a
 * storefront asks for the same items on every page, and while the book stays as it is so does the answer.
 */
export function createWrittenPrices(book: Book): (context: PriceContext, lines: readonly AskedLine[]) => string[] {
  const agreements = twoGenerations<PriceAgreement, Map<string, WrittenPrice>>(KEPT_MAX);
  const kept = twoGenerations<string, string>(LINES_KEPT_MAX);
  let version = book.version();

  return (context, lines) => {
    if (version !== book.version()) {
      kept.clear();
      version = book.version();
    }
    const { customer, currency, on, explain } = context;
    const asked = `${customer.customerNumber} ${currency} ${on} ${explain} `;
    return lines.map((line) => {
      const key = `${asked}${line.quantity} ${line.unitOfMeasure} ${line.sku}`;
      const known = kept.get(key);
      if (known !== undefined) return known;
      const written = writeLine(book, agreements, explain, { customer, currency, on, ...line });
      kept.set(key, written);
      return written;
    });
  };
}

type WrittenAgreements = TwoGenerations<PriceAgreement, Map<string, WrittenPrice>>;

function writeLine(book: Book, written: WrittenAgreements, explain: boolean, inquiry: PriceInquiry): string {
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
  written: WrittenAgreements,
  choice: PriceChoice,
  product: Product,
  inquiry: PriceInquiry,
): WrittenPrice | null {
  if (!choice.taken) return null;
  const { agreement } = choice.taken;
  const byUnit = written.get(agreement) ?? new Map<string, WrittenPrice>();
  const known = byUnit.get(inquiry.unitOfMeasure);
  if (known && known.product === product) return known;
  const price = priceOf(choice, inquiry);
  if (price.unitPrice === null) return null;
  const made = { product, unitPrice: price.unitPrice, json: writePrice(book, price) };
  written.set(agreement, byUnit.set(inquiry.unitOfMeasure, made));
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
