import { CrossdockError, type Address } from "#contracts";
import { Type } from "typebox";
import type { Refused, TaxAnswer, TaxQuestion } from "../../ports.ts";
import { readerOf } from "../../reading.ts";

/** Tax questions and answers, to and from Meridian's words. */

const place = ({ region, postalCode, country }: Address) => ({ state: region ?? "", postal: postalCode, country });

export function toDetermination(question: TaxQuestion) {
  return {
    document: { id: question.reference, customer: question.customerNumber, currency: question.currency },
    from: place(question.shipFrom),
    to: place(question.shipTo),
    ...(question.exemptionCertificate !== undefined && { certificate: question.exemptionCertificate }),
    items: question.lines.map(({ lineNumber, sku, taxCode, quantity, amount }) => ({
      n: lineNumber,
      sku,
      ...(taxCode !== undefined && { category: taxCode }),
      quantity,
      gross: amount,
    })),
  };
}

const readDetermination = readerOf(
  "Meridian",
  "a determination",
  Type.Object({
    items: Type.Array(
      Type.Object({
        n: Type.Integer(),
        tax: Type.String({ pattern: "^\\d+\\.\\d{2}$" }),
        authorities: Type.Array(Type.Object({ level: Type.String(), name: Type.String(), percent: Type.String() })),
      }),
    ),
  }),
);

/** Every line that was asked about is answered, or none is believed: a line without its tax would be billed without. */
export function fromDetermination(body: unknown, { lines }: TaxQuestion): TaxAnswer {
  const { items } = readDetermination(body);
  const missing = lines.filter(({ lineNumber }) => !items.some(({ n }) => n === lineNumber));
  if (missing.length > 0) {
    throw new CrossdockError("invalid-document", "Meridian did not answer for every line.", {
      faults: missing.map(({ lineNumber }) => ({ path: `/items/${lineNumber}`, expected: "the line's tax" })),
    });
  }
  return {
    lines: items.map(({ n, tax, authorities }) => ({
      lineNumber: n,
      taxAmount: tax,
      jurisdictions: authorities.map(({ name, level, percent }) => `${name} ${level} ${percent}%`),
    })),
  };
}

const readProblem = readerOf("Meridian", "a refusal", Type.Object({ problem: Type.String(), text: Type.String() }));
const kinds: Readonly<Record<string, Refused["kind"]>> = {
  "address-not-found": "address",
  "country-not-served": "not-served",
};

export function fromProblem(body: unknown): Refused {
  const { problem, text } = readProblem(body);
  return { refused: `${text} (${problem})`, kind: kinds[problem] ?? "other" };
}
