import { expect, it } from "vitest";
import { createAnswerBuffers } from "./answer-buffers.ts";

const parts = (letter: string, count: number) => Array.from({ length: count }, () => Buffer.from(letter.repeat(1_000)));

it("lends the same memory again only when it was given back, and never to two at once", () => {
  const lend = createAnswerBuffers();
  const first = lend(parts("a", 100));
  const second = lend(parts("b", 100));
  expect(first.bytes.toString()).toBe("a".repeat(100_000));
  first.giveBack();
  first.giveBack();
  const [third, fourth] = [lend(parts("c", 90)), lend(parts("d", 90))];
  expect(third.bytes.buffer).toBe(first.bytes.buffer);
  expect(new Set([second, third, fourth].map(({ bytes }) => bytes.buffer)).size).toBe(3);
  expect([second, third, fourth].map(({ bytes }) => bytes.toString("utf8", 0, 1)).join("")).toBe("bcd");
  expect(third.bytes.length).toBe(90_000);
});

it("makes small answers of memory of their own", () => {
  const lend = createAnswerBuffers();
  const [one, two] = [lend(parts("a", 2)), lend(parts("b", 2))];
  one.giveBack();
  expect([lend(parts("c", 2)), one, two].map(({ bytes }) => bytes.toString("utf8", 0, 1)).join("")).toBe("cab");
});
