import { expect, it } from "vitest";
import type { InboundMessage } from "../ports.ts";

export interface NewsSubject<News extends { readonly messageId: string }> {
  readonly read: (message: InboundMessage) => readonly News[];
  /** How the sender signs. */
  readonly sign: (body: Buffer) => InboundMessage["headers"];
  /** Messages as they are sent, and what is to be read in them. */
  readonly examples: readonly { readonly what: string; readonly body: object; readonly reads: object }[];
  /** Signed by the sender, and nothing it may say. */
  readonly nonsense: object;
}

/** Registers what is asked of whoever reads the messages another system sends by itself. */
export function readsNews<News extends { readonly messageId: string }>(subject: NewsSubject<News>): void {
  const { read, sign, examples, nonsense } = subject;
  const message = (body: object): InboundMessage => {
    const bytes = Buffer.from(JSON.stringify(body));
    return { headers: sign(bytes), body: bytes };
  };
  const [first] = examples;

  it.each(examples)("reads $what", ({ body, reads }) => {
    expect(read(message(body))).toMatchObject([reads]);
  });

  it("knows a repeat by the sender's own id", () => {
    const inbound = message(first?.body ?? {});
    const [once, again] = [read(inbound)[0], read(inbound)[0]];
    expect(once?.messageId).toMatch(/./);
    expect(again?.messageId).toBe(once?.messageId);
  });

  it("refuses a message of which any byte was changed", () => {
    const { headers, body } = message(first?.body ?? {});
    for (let index = 0; index < body.length; index += 1) {
      const changed = Buffer.from(body);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(() => read({ headers, body: changed })).toThrow(expect.objectContaining({ code: "invalid-signature" }));
    }
  });

  it("refuses a message whose signature or signed header was changed or left out", () => {
    const { headers, body } = message(first?.body ?? {});
    for (const [name, value] of Object.entries(headers)) {
      const { [name]: _left, ...without } = headers;
      const middle = Math.floor(value.length / 2);
      const changed = `${value.slice(0, middle)}${value[middle] === "0" ? "1" : "0"}${value.slice(middle + 1)}`;
      for (const wrong of [without, { ...headers, [name]: changed }]) {
        expect(() => read({ headers: wrong, body })).toThrow(expect.objectContaining({ code: "invalid-signature" }));
      }
    }
  });

  it("says which fields are wrong in a message that is signed and not what it should be", () => {
    expect(() => read(message(nonsense))).toThrow(expect.objectContaining({ code: "invalid-document" }));
  });

  it("does not take for JSON what is signed and is none", () => {
    const body = Buffer.from('{"half":');
    expect(() => read({ headers: sign(body), body })).toThrow(expect.objectContaining({ code: "malformed-body" }));
  });
}
