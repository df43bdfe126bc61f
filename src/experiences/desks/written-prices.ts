import { amountOf, choosePrice, passedOver, priceOf, type Price, type PriceInquiry } from "#domains";
import { asciiJson, createAnswerMemory, type WrittenAnswer } from "../answer-buffers.ts";
import { createAnswerPen } from "../answer-pen.ts";
import type { PlainPriceQuestion } from "../v1/prices/plain-price-question.ts";
import type { Book } from "./knowledge-desk.ts";
import type { Asking } from "./found-lines.ts";
import { createPlainLines, lineAt, quantityFaults, writeText, type AskedLine } from "./plain-lines.ts";

/** What all lines of a question share. */
interface PriceContext extends Asking {
  readonly explain: boolean;
}

export interface WrittenPrices {
  /** A plain question: each line is put together from what the ladders say in numbers and from terms that were written before. */
  plain(head: string, asking: Asking, question: PlainPriceQuestion): WrittenAnswer;
  /** Any question, from objects. */
  any(head: string, context: PriceContext, lines: readonly AskedLine[]): WrittenAnswer;
}

export function createWrittenPrices(book: Book): WrittenPrices {
  const pen = createAnswerPen(createAnswerMemory());
  let prices = book.prices();
  let plainLines = createPlainLines(pen, prices);

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
      plainLines = createPlainLines(pen, prices);
    }
    const found = plainLines.find(asking, question);
    for (let index = 0; index < question.lines; index += 1) {
      const line = found[index];
      if (!line || !plainLines.write(question, index, line))
        writeText(pen, index === 0, longWay(book, false, { ...asking, ...lineAt(question, index) }));
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
