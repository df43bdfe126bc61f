import { isDeepStrictEqual } from "node:util";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson, fingerprint } from "./canonical-json.ts";

/** The same content with the keys of every object in another order. */
function permuted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(permuted);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, content]) => [key, permuted(content)]),
  );
}

const document = fc.jsonValue({ stringUnit: "grapheme" });

describe("canonical JSON", () => {
  it("is the same text for the same content, in whatever order its keys came", () => {
    fc.assert(
      fc.property(document, (value) => {
        expect(canonicalJson(permuted(value))).toBe(canonicalJson(value));
        expect(fingerprint(permuted(value))).toBe(fingerprint(value));
      }),
    );
    expect(canonicalJson({ b: 1, a: [{ d: 1, c: 2 }], "10": 0, "9": 0 })).toBe(
      '{"9":0,"10":0,"a":[{"c":2,"d":1}],"b":1}',
    );
  });

  it("is JSON and loses nothing", () => {
    fc.assert(
      fc.property(document, (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it("is another text for other content, the order of a list included", () => {
    fc.assert(
      fc.property(document, document, (one, other) => {
        const isSame = isDeepStrictEqual(JSON.parse(JSON.stringify(one)), JSON.parse(JSON.stringify(other)));
        expect(canonicalJson(one) === canonicalJson(other)).toBe(isSame);
      }),
    );
    expect(fingerprint([1, 2])).not.toBe(fingerprint([2, 1]));
    expect(fingerprint("1")).not.toBe(fingerprint(1));
  });

  it("keeps a field that bears the name of a prototype, and many fields in order", () => {
    expect(canonicalJson(JSON.parse('{"b":{"__proto__":{"z":1,"y":2}},"a":1}'))).toBe(
      '{"a":1,"b":{"__proto__":{"y":2,"z":1}}}',
    );
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`k${99 - index}`, index]));
    expect(Object.keys(JSON.parse(canonicalJson(many)) as object)).toEqual(Object.keys(many).sort());
  });

  it("takes what is not said for not there", () => {
    expect(canonicalJson({ a: undefined, b: 1 })).toBe('{"b":1}');
    expect(canonicalJson(undefined)).toBe("null");
  });
});
