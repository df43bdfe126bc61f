import { sampleDraft } from "#testing";
import fc from "fast-check";
import { Value } from "typebox/value";
import { describe, expect, it } from "vitest";
import { createPlainQuestionReader, millionthsAt, PLACES_A_LINE, QUANTITY, SKU, UNIT } from "./plain-price-question.ts";
import { postPrices } from "./post-prices.ts";

const LINES_MAX = 200;
const read = createPlainQuestionReader(LINES_MAX);

/** What was read, as the objects it stands for. */
function asObject(body: string): unknown {
  const question = read(Buffer.from(body));
  if (!question) return null;
  const { bytes, lines, places, ...words } = question;
  const text = (at: number) => Buffer.from(bytes.subarray(places[at], places[at + 1])).toString("latin1");
  return {
    ...words,
    lines: Array.from({ length: lines }, (_, line) => ({
      sku: text(line * PLACES_A_LINE + SKU),
      quantity: text(line * PLACES_A_LINE + QUANTITY),
      unitOfMeasure: text(line * PLACES_A_LINE + UNIT),
    })),
  };
}

const isSound = (value: unknown): boolean => Value.Check(postPrices.schema.body ?? {}, value);
const line = { sku: "PVC-90-050", quantity: "10", unitOfMeasure: "EA" };
const question = {
  customerNumber: sampleDraft().customerNumber,
  currency: "USD",
  on: "2026-03-01",
  lines: [line, line],
};
const lines = (count: number) => ({ ...question, lines: Array.from({ length: count }, () => line) });

const anyText = fc.oneof(
  fc.constantFrom(
    "10",
    "0",
    "0.0",
    "1.5",
    "1.",
    ".5",
    "1e3",
    "-1",
    "0000000001",
    "1.0000001",
    "EA",
    "CS1X",
    "ea",
    "ABCDE",
    "USD",
  ),
  fc.constantFrom("2026-03-01", "26-03-01", "P Q", 'P"Q', "P\\Q", "Ü", "\u007f", "a\n", "x".repeat(41), "C-1", ""),
  fc.string({ maxLength: 4 }),
);
const anyKey = fc.constantFrom(
  "sku",
  "quantity",
  "unitOfMeasure",
  "customerNumber",
  "currency",
  "on",
  "explain",
  "more",
);
const anyLine = fc.oneof(
  fc.record({ sku: anyText, quantity: anyText, unitOfMeasure: anyText }),
  fc.dictionary(anyKey, fc.oneof(anyText, fc.integer())),
  fc.record({ sku: fc.constant("P-1"), quantity: anyText, unitOfMeasure: fc.constantFrom("EA", "CS") }),
);
const anyQuestion = fc.record(
  {
    customerNumber: fc.oneof(fc.constant("C-1"), anyText),
    currency: fc.oneof(fc.constant("USD"), anyText),
    on: fc.oneof(fc.constant("2026-03-01"), anyText),
    explain: fc.boolean(),
    lines: fc.oneof(fc.array(anyLine, { maxLength: 3 }), fc.constant([line])),
  },
  { requiredKeys: [] },
);

describe("a price question read from its bytes", () => {
  it.each([
    ["as JSON.stringify writes it", JSON.stringify(question)],
    ["with spaces", JSON.stringify(question, null, 2)],
    ["with its keys the other way round", JSON.stringify(Object.fromEntries(Object.entries(question).toReversed()))],
    ["of as many lines as may be", JSON.stringify(lines(LINES_MAX))],
  ])("is what it says %s", (_how, body) => {
    expect(asObject(body)).toEqual(JSON.parse(body));
  });

  it.each([
    ["that says a key twice", `{"customerNumber":"C-1","customerNumber":"C-2","lines":[${JSON.stringify(line)}]}`],
    [
      "that says a line's key twice",
      '{"customerNumber":"C-1","lines":[{"sku":"A","sku":"B","quantity":"1","unitOfMeasure":"EA"}]}',
    ],
    ["that asks why", JSON.stringify({ ...question, explain: true })],
    ["of too many lines", JSON.stringify(lines(LINES_MAX + 1))],
    ["with something behind it", `${JSON.stringify(question)}{}`],
    ["that ends too early", JSON.stringify(question).slice(0, -1)],
    ["that is escaped", JSON.stringify(question).replace("PVC", "\\u0050VC")],
    ["of nothing", ""],
  ])("is left to the general way: one %s", (_which, body) => {
    expect(asObject(body)).toBeNull();
  });

  it("is never read where it is not sound, and never read otherwise than JSON is", () => {
    const seen = { read: 0, left: 0 };
    fc.assert(
      fc.property(anyQuestion, fc.nat(2), (asked, indent) => {
        const body = JSON.stringify(asked, null, indent);
        const plain = asObject(body);
        seen[plain ? "read" : "left"] += 1;
        if (!plain) return;
        expect(plain).toEqual(JSON.parse(body));
        expect(isSound(plain)).toBe(true);
      }),
      { numRuns: 5_000 },
    );
    expect(seen.read).toBeGreaterThan(50);
    expect(seen.left).toBeGreaterThan(50);
  });

  it("is never read where a byte of it is broken, but as what JSON says it is then", () => {
    const whole = Buffer.from(JSON.stringify(question));
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, code) => {
        const body = Buffer.from(whole);
        body[at] = code;
        if (read(body) === null) return;
        const plain = asObject(body.toString("latin1"));
        expect(plain).toEqual(JSON.parse(body.toString("utf8")));
        expect(isSound(plain)).toBe(true);
      }),
      { numRuns: 5_000 },
    );
  });

  it("counts quantities in millionths", () => {
    const millionths = (text: string) => millionthsAt(Buffer.from(text), 0, text.length);
    expect(["1", "007", "2.5", "0.000001", "999999999.999999"].map(millionths)).toEqual([
      1_000_000, 7_000_000, 2_500_000, 1, 999_999_999_999_999,
    ]);
  });
});
