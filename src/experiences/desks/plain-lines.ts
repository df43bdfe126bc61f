import type { Product } from "#contracts";
import {
  keepsRules,
  lineAmount,
  MILLIONTH_PLACES,
  PRICE_PLACES,
  quantityRules,
  toBaseUnits,
  type PriceInquiry,
  type RungFound,
} from "#domains";
import { powerOf } from "#platform";
import { asciiJson } from "../answer-buffers.ts";
import type { AnswerPen } from "../answer-pen.ts";
import { PLACES_A_LINE, QUANTITY, SKU, UNIT, type PlainPriceQuestion } from "../v1/prices/plain-price-question.ts";
import { createLineFinder, type Asking, type FoundLine } from "./found-lines.ts";
import { createKeptTerms, NOT_KEPT } from "./kept-terms.ts";
import type { Book } from "./knowledge-desk.ts";
import { createPriceWords, pricedByScope, said } from "./price-words.ts";

export type AskedLine = Pick<PriceInquiry, "sku" | "quantity" | "unitOfMeasure">;

/** All of a line but its agreement's id, and twice as much. */
const LINE_BYTES = 2_000;
const ONE = powerOf(MILLIONTH_PLACES);

type WriteLine = (question: PlainPriceQuestion, index: number, line: FoundLine) => boolean;

/** Lines of plain questions: each is put together from what the ladders say in numbers and from terms that were written before. */
export interface PlainLines {
  /** The next question's as soon as that is looked up. */
  readonly find: (asking: Asking, question: PlainPriceQuestion) => readonly FoundLine[];
  /** False, and nothing is written: it takes the long way to tell. */
  readonly write: WriteLine;
}

export function createPlainLines(pen: AnswerPen, prices: ReturnType<Book["prices"]>): PlainLines {
  const words = createPriceWords(prices.word);
  const kept = createKeptTerms();

  function writePricedBy(found: RungFound): void {
    pen.block(pricedByScope[found.scope]);
    pen.text(found.priceAgreementId);
    pen.block(words.owned(found).price);
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

  function writeFaults(question: PlainPriceQuestion, line: number, product: Product | null): void {
    pen.block(said.faults);
    const { quantity, unitOfMeasure } = lineAt(question, line);
    const faults = product ? quantityFaults(product, quantity, unitOfMeasure) : [];
    writeText(pen, true, `${asciiJson(faults)}}`);
  }

  const write: WriteLine = (question, index, line) => {
    const { item, rung, unit, quantity } = line;
    const soldAs = prices.soldAs(line.soldAs);
    if (rung < 0 || !soldAs) return false;
    const at = line.wasKept ? kept.find(line) : NOT_KEPT;
    const found = at === NOT_KEPT ? prices.found(rung, item, unit) : null;
    if (at === NOT_KEPT && !found) return false;
    const unitPrice = found ? found.unitPrice : kept.unitPrice(at);
    const amount = lineAmount(quantity, unitPrice);
    if (Number.isNaN(amount)) return false;
    pen.reserve(LINE_BYTES + 2 * (found?.priceAgreementId.length ?? 0));
    writeAsked(question, index * PLACES_A_LINE);
    const since = pen.written();
    if (found) {
      writeTerms(found);
      kept.keep(line, unitPrice, pen, since);
    } else kept.write(pen, at);
    pen.decimal(amount, 2);
    if (keepsRules(soldAs, line)) pen.block(said.noFaults);
    else writeFaults(question, index, prices.product(item));
    return true;
  };
  return { find: createLineFinder(prices, kept), write };
}

export function lineAt({ bytes, places }: PlainPriceQuestion, line: number): AskedLine {
  const place = line * PLACES_A_LINE;
  const textAt = (field: number) =>
    String.fromCharCode(...bytes.subarray(places[place + field], places[place + field + 1]));
  return { sku: textAt(SKU), quantity: textAt(QUANTITY), unitOfMeasure: textAt(UNIT) };
}

export function writeText(pen: AnswerPen, isFirst: boolean, text: string): void {
  pen.reserve(text.length + 1);
  if (!isFirst) pen.text(",");
  pen.text(text);
}

export function quantityFaults(product: Product, quantity: string, unitOfMeasure: string): readonly string[] {
  const baseQuantity = toBaseUnits(product, quantity, unitOfMeasure);
  return baseQuantity === null ? [] : quantityRules(product, baseQuantity);
}
