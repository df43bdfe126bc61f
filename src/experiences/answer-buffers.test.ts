import { expect, it } from "vitest";
import { asciiJson, createAnswerBuffers } from "./answer-buffers.ts";

const items = (letter: string, count: number) => Array.from({ length: count }, () => letter.repeat(1_000));
const many = (letter: string, count: number) => items(letter, count).join(",");
const bytesOf = ({ content }: { readonly content: string | Buffer }): Buffer => {
  if (typeof content === "string") throw new Error("That answer is text.");
  return content;
};

it("lends the same memory again only when it was given back, and never to two at once", () => {
  const lend = createAnswerBuffers();
  const [first, second] = [lend("[", items("a", 100), "]"), lend("<", items("b", 100), ">")];
  const memory = bytesOf(first).buffer;
  expect(bytesOf(first).toString()).toBe(`[${many("a", 100)}]`);
  first.giveBack();
  first.giveBack();
  const [third, fourth] = [lend("", items("c", 90), ""), lend("", items("d", 90), "")];
  expect(bytesOf(third).buffer).toBe(memory);
  expect(new Set([second, third, fourth].map((answer) => bytesOf(answer).buffer)).size).toBe(3);
  expect(bytesOf(second).toString()).toBe(`<${many("b", 100)}>`);
  expect(bytesOf(third).toString()).toBe(many("c", 90));
});

it("makes small answers text", () => {
  expect(createAnswerBuffers()("[", items("a", 2), "]").content).toBe(`[${many("a", 2)}]`);
  expect(createAnswerBuffers()("[", [], "]").content).toBe("[]");
});

it("writes JSON of which each character is a byte", () => {
  const said = { sku: 'Ø-½"', text: "漢😀\n" };
  const text = asciiJson(said);
  expect(Buffer.byteLength(text)).toBe(text.length);
  expect(JSON.parse(text)).toEqual(said);
});
