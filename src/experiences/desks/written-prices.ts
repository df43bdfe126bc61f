import type { Product } from "#contracts";
import {
  amountOf,
  choosePrice,
  hasEnd,
  MILLIONTH_PLACES,
  passedOver,
  PRICE_PLACES,
  priceOf,
  quantityRules,
  toBaseUnits,
  type Price,
  type PriceInquiry,
  type PriceLadders,
  type RungFound,
} from "#domains";
import { powerOf } from "#platform";
import { asciiJson, createAnswerMemory, type WrittenAnswer } from "../answer-buffers.ts";
import { createAnswerPen, type AnswerPen } from "../answer-pen.ts";
import type { Book } from "./knowledge-desk.ts";
import { createSystemWords, createUnitWords, said, saidOfScope } from "./price-words.ts";

/** What all lines of a question share. */
export interface PriceContext extends Pick<PriceInquiry, "customer" | "currency" | "on"> {
  readonly explain: boolean;
}
type AskedLine = Pick<PriceInquiry, "sku" | "quantity" | "unitOfMeasure">;

/** All that is neither an item's number nor an agreement's id, and twice as much. */
const LINE_BYTES = 2_000;
/** Must not be written as they are. */
const ESCAPED = /["\\]/;

/**
 * Answers to price questions. A line is put together from what the ladders say in numbers and from words made ready: it costs a third of making objects and
 * having them written out, and nothing needs to be kept for those who ask again. Lines that cannot be written so (another currency's explanation,
 * quantities beyond whole numbers, `explain`) are written the long way.
 */
export function createWrittenPrices(
  book: Book,
): (head: string, context: PriceContext, lines: readonly AskedLine[]) => WrittenAnswer {
  const pen = createAnswerPen(createAnswerMemory());
  let prices = book.prices();
  let writeRung = createRungWriter(pen, prices);

  return (head, context, lines) => {
    // Everything was read anew: words have other numbers.
    if (prices !== book.prices()) {
      prices = book.prices();
      writeRung = createRungWriter(pen, prices);
    }
    const { explain, ...asking } = context;
    const asker = prices.asker(asking.customer, asking.currency, asking.on);
    pen.begin();
    pen.reserve(head.length);
    pen.text(head);
    let isFirst = true;
    for (const line of lines) {
      const { sku, quantity, unitOfMeasure } = line;
      const item = explain ? undefined : prices.item(sku);
      const found = item && prices.find(asker, item, quantity, unitOfMeasure);
      if (found && item?.product && !ESCAPED.test(sku))
        writeRung(isFirst, { line, product: item.product }, found);
      else writeText(pen, isFirst, longWay(book, explain, { ...asking, ...line }));
      isFirst = false;
    }
    writeText(pen, true, "]}");
    return pen.end();
  };
}

function writeText(pen: AnswerPen, isFirst: boolean, text: string): void {
  pen.reserve(text.length + 1);
  if (!isFirst) pen.text(",");
  pen.text(text);
}

interface SoldLine {
  readonly line: AskedLine;
  readonly product: Product;
}
const ONE = powerOf(MILLIONTH_PLACES);

function createRungWriter(
  pen: AnswerPen,
  { word }: Pick<PriceLadders, "word">,
): (isFirst: boolean, sold: SoldLine, found: RungFound) => void {
  const unitWords = createUnitWords();
  const systemWords = createSystemWords();

  function writePricedBy(found: RungFound): void {
    const { scope, validTo } = found;
    pen.block(saidOfScope[scope].pricedBy);
    pen.text(found.priceAgreementId);
    pen.block(systemWords[scope](found.system, word));
    pen.instant(found.updatedAtMs);
    pen.block(said.syncedAt);
    pen.instant(found.syncedAtMs);
    pen.block(said.agreedPrice);
    pen.decimal(found.agreedPrice, found.agreedPricePlaces);
    pen.block(unitWords(found.unit, word).agreed);
    pen.decimal(Math.round(found.minimum / powerOf(MILLIONTH_PLACES - found.minimumPlaces)), found.minimumPlaces);
    pen.block(said.validFrom);
    pen.day(found.validFrom);
    if (!hasEnd(validTo)) return;
    pen.block(said.validTo);
    pen.day(validTo);
  }

  /** The sentence of `explainPrice`. */
  function writeExplanation(found: RungFound): void {
    const agreed = unitWords(found.unit, word);
    pen.block(saidOfScope[found.scope].explanation);
    pen.shortest(found.agreedPrice, found.agreedPricePlaces);
    pen.block(agreed.per);
    if (found.minimum > ONE) {
      pen.block(said.from);
      pen.shortest(found.minimum, MILLIONTH_PLACES);
      pen.block(agreed.on);
    }
    if (found.isConverted) {
      pen.block(said.converted);
      pen.shortest(found.unitPrice, PRICE_PLACES);
      pen.block(unitWords(found.orderedUnit, word).per);
    }
    pen.block(said.agreement);
    pen.text(found.priceAgreementId);
    pen.block(said.since);
    pen.day(found.validFrom);
    if (!hasEnd(found.validTo)) return;
    pen.block(said.until);
    pen.day(found.validTo);
  }

  return (isFirst, { line: { sku, quantity, unitOfMeasure }, product }, found) => {
    pen.reserve(LINE_BYTES + sku.length + 2 * found.priceAgreementId.length);
    pen.block(isFirst ? said.sku : said.nextSku);
    pen.text(sku);
    pen.block(said.quantity);
    pen.text(quantity);
    pen.block(unitWords(found.orderedUnit, word).ordered);
    pen.decimal(found.unitPrice, PRICE_PLACES);
    writePricedBy(found);
    writeExplanation(found);
    pen.block(said.lineAmount);
    pen.decimal(found.lineAmount, 2);
    if (found.keepsRules) return pen.block(said.noFaults);
    pen.block(said.faults);
    writeText(pen, true, `${asciiJson(quantityFaults(product, quantity, unitOfMeasure))}}`);
  };
}

/** A line written out from objects: what there is to say where there is no price, or where no ladder can tell. */
function longWay(book: Book, explain: boolean, inquiry: PriceInquiry): string {
  const { sku, quantity, unitOfMeasure, customer } = inquiry;
  const product = book.product(sku);
  const asked = { sku, quantity, unitOfMeasure };
  if (!product) {
    const explanation = `The hub knows no item ${sku}.`;
    return asciiJson({ ...asked, unitPrice: null, explanation, quantityFaults: [] });
  }
  const choice = choosePrice(inquiry, book.agreements(sku, customer), product);
  const price = priceOf(choice, inquiry);
  return asciiJson({
    ...asked,
    unitPrice: price.unitPrice,
    ...(price.unitPrice === null ? {} : { source: price.source, pricedBy: pricedBy(book, price) }),
    explanation: price.explanation,
    ...(price.unitPrice === null ? {} : { lineAmount: amountOf(quantity, price.unitPrice) }),
    ...(explain ? { passedOver: passedOver(inquiry, choice, price.unitPrice) } : {}),
    quantityFaults: quantityFaults(product, quantity, unitOfMeasure),
  });
}

function quantityFaults(product: Product, quantity: string, unitOfMeasure: string): readonly string[] {
  const baseQuantity = toBaseUnits(product, quantity, unitOfMeasure);
  return baseQuantity === null ? [] : quantityRules(product, baseQuantity);
}

function pricedBy(book: Book, { priceAgreementId, source, version }: Price) {
  const file = book.agreementOnFile(priceAgreementId);
  const { agreement } = file ?? {};
  return (
    agreement && {
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
    }
  );
}
