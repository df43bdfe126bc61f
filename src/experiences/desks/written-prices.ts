import type { Product } from "#contracts";
import {
  amountOf,
  choosePrice,
  keepsRules,
  lineAmount,
  MILLIONTH_PLACES,
  passedOver,
  PRICE_PLACES,
  priceOf,
  quantityRules,
  toBaseUnits,
  type AskedQuantity,
  type Price,
  type PricedItem,
  type PriceInquiry,
  type PriceLadders,
  type RungFound,
} from "#domains";
import { powerOf } from "#platform";
import { asciiJson, createAnswerMemory, type WrittenAnswer } from "../answer-buffers.ts";
import { createAnswerPen, type AnswerPen } from "../answer-pen.ts";
import {
  millionthsAt,
  PLACES_A_LINE,
  QUANTITY,
  SKU,
  UNIT,
  type PlainPriceQuestion,
} from "../v1/prices/plain-price-question.ts";
import { createKeptTerms, NOT_KEPT } from "./kept-terms.ts";
import type { Book } from "./knowledge-desk.ts";
import { createPriceWords, pricedByScope, said } from "./price-words.ts";

/** What all lines of a question share. */
export interface PriceContext extends Pick<PriceInquiry, "customer" | "currency" | "on"> {
  readonly explain: boolean;
}
type AskedLine = Pick<PriceInquiry, "sku" | "quantity" | "unitOfMeasure">;

/** All of a line but its agreement's id, and twice as much. */
const LINE_BYTES = 2_000;
type Asking = Omit<PriceContext, "explain">;

export interface WrittenPrices {
  /** A plain question: each line is put together from what the ladders say in numbers and from terms that were written before. */
  plain(head: string, asking: Asking, question: PlainPriceQuestion): WrittenAnswer;
  /** Any question, from objects. */
  any(head: string, context: PriceContext, lines: readonly AskedLine[]): WrittenAnswer;
}

export function createWrittenPrices(book: Book): WrittenPrices {
  const pen = createAnswerPen(createAnswerMemory());
  let prices = book.prices();
  let writeLine = createLineWriter(pen, prices);

  function answer(head: string, writeLines: () => void): WrittenAnswer {
    pen.begin();
    writeText(pen, true, head);
    writeLines();
    writeText(pen, true, "]}");
    return pen.end();
  }

  function writePlainLines(asking: Asking, question: PlainPriceQuestion): void {
    // Everything was read anew: words and stamps have other numbers.
    if (prices !== book.prices()) {
      prices = book.prices();
      writeLine = createLineWriter(pen, prices);
    }
    const asker = prices.asker(asking.customer, asking.currency, asking.on);
    const { bytes, places, lines } = question;
    const items = prices.itemsAt(bytes, places, PLACES_A_LINE, lines);
    for (let line = 0; line < lines; line += 1) {
      const place = line * PLACES_A_LINE;
      const item = items[line];
      const asked = askedQuantity(prices, question, place);
      const rung = item ? prices.climb(asker, item, asked) : NO_RUNG;
      if (!item || rung < 0 || !writeLine({ question, place, item, rung, asked }))
        writeText(pen, line === 0, longWay(book, false, { ...asking, ...lineAt(question, place) }));
    }
  }

  return {
    plain: (head, asking, question) => answer(head, () => writePlainLines(asking, question)),
    any: (head, { explain, ...asking }, lines) =>
      answer(head, () => {
        for (const [index, line] of lines.entries())
          writeText(pen, index === 0, longWay(book, explain, { ...asking, ...line }));
      }),
  };
}
const NO_RUNG = -1;

function askedQuantity(prices: Pick<PriceLadders, "unitAt">, { bytes, places }: PlainPriceQuestion, place: number) {
  return {
    quantity: millionthsAt(bytes, places[place + QUANTITY] ?? 0, places[place + QUANTITY + 1] ?? 0),
    unit: prices.unitAt(bytes, places[place + UNIT] ?? 0, places[place + UNIT + 1] ?? 0),
  };
}

function lineAt({ bytes, places }: PlainPriceQuestion, place: number): AskedLine {
  const textAt = (field: number) =>
    String.fromCharCode(...bytes.subarray(places[place + field], places[place + field + 1]));
  return { sku: textAt(SKU), quantity: textAt(QUANTITY), unitOfMeasure: textAt(UNIT) };
}

function writeText(pen: AnswerPen, isFirst: boolean, text: string): void {
  pen.reserve(text.length + 1);
  if (!isFirst) pen.text(",");
  pen.text(text);
}

const ONE = powerOf(MILLIONTH_PLACES);

interface PricedLine {
  readonly question: PlainPriceQuestion;
  readonly place: number;
  readonly item: PricedItem;
  readonly rung: number;
  readonly asked: AskedQuantity;
}

/** False, and nothing is written: it takes the long way to tell. */
function createLineWriter(
  pen: AnswerPen,
  prices: Pick<PriceLadders, "word" | "found" | "stamp">,
): (line: PricedLine) => boolean {
  const words = createPriceWords(prices.word);
  const kept = createKeptTerms();

  function writePricedBy(found: RungFound): void {
    pen.block(pricedByScope[found.scope]);
    pen.text(found.priceAgreementId);
    pen.block(words.owned(found).bytes);
    pen.decimal(found.agreedPrice, found.agreedPricePlaces);
    pen.block(words.unit(found.unit).agreed);
    pen.decimal(Math.round(found.minimum / powerOf(MILLIONTH_PLACES - found.minimumPlaces)), found.minimumPlaces);
  }

  /** The sentence of `explainPrice`, with what stands before and after it. */
  function writeExplanation(found: RungFound): void {
    const agreed = words.unit(found.unit);
    const dated = words.dated(found);
    pen.block(dated.explanation);
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
      pen.block(words.unit(found.orderedUnit).per);
    }
    pen.block(said.agreement);
    pen.text(found.priceAgreementId);
    pen.block(dated.lineAmount);
  }

  function writeTerms(found: RungFound): void {
    pen.block(words.unit(found.orderedUnit).ordered);
    pen.decimal(found.unitPrice, PRICE_PLACES);
    writePricedBy(found);
    writeExplanation(found);
  }

  function writeAsked({ bytes, places }: PlainPriceQuestion, place: number): void {
    pen.block(place === 0 ? said.sku : said.nextSku);
    pen.copy(bytes, places[place + SKU] ?? 0, places[place + SKU + 1] ?? 0);
    pen.block(said.quantity);
    pen.copy(bytes, places[place + QUANTITY] ?? 0, places[place + QUANTITY + 1] ?? 0);
  }

  function writeFaults(question: PlainPriceQuestion, place: number, product: Product): void {
    pen.block(said.faults);
    const { quantity, unitOfMeasure } = lineAt(question, place);
    writeText(pen, true, `${asciiJson(quantityFaults(product, quantity, unitOfMeasure))}}`);
  }

  return ({ question, place, item, rung, asked }) => {
    const { product, soldAs } = item;
    if (!product || !soldAs) return false;
    const key = { stamp: prices.stamp(rung), unit: asked.unit, soldAs: soldAs.number };
    const at = kept.find(key);
    const found = at === NOT_KEPT ? prices.found(rung, item, asked.unit) : null;
    if (at === NOT_KEPT && !found) return false;
    const unitPrice = found ? found.unitPrice : kept.unitPrice(at);
    const amount = lineAmount(asked.quantity, unitPrice);
    if (Number.isNaN(amount)) return false;
    pen.reserve(LINE_BYTES + 2 * (found?.priceAgreementId.length ?? 0));
    writeAsked(question, place);
    const since = pen.written();
    if (found) {
      writeTerms(found);
      kept.keep(key, unitPrice, pen, since);
    } else kept.write(pen, at);
    pen.decimal(amount, 2);
    if (keepsRules(item, asked)) pen.block(said.noFaults);
    else writeFaults(question, place, product);
    return true;
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
