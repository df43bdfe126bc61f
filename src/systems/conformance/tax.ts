import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { isRefused, type Answer, type Call, type TaxAnswer, type TaxEngine, type TaxQuestion } from "../ports.ts";
import { callOverHttp, type Counterpart } from "./counterpart.ts";
import { namesItsFailures } from "./writing.ts";

export interface TaxSubject {
  readonly connector: TaxEngine;
  readonly start: () => Promise<Counterpart>;
  /** Questions with the tax of each line, in their order. */
  readonly examples: readonly {
    readonly what: string;
    readonly question: TaxQuestion;
    readonly taxes: readonly string[];
  }[];
  /** One about an address the engine does not know. */
  readonly badAddress: TaxQuestion;
  readonly wrongSettings: Readonly<Record<string, string>>;
}

/** Registers what every tax engine's connector has to pass. */
export function taxConformance({ connector, start, examples, badAddress, wrongSettings }: TaxSubject): void {
  let counterpart: Counterpart;
  const calculate = async (question: TaxQuestion, call: Call): Promise<Answer<TaxAnswer>> => {
    if (connector.calculate === undefined) throw new Error("A tax engine that does not calculate.");
    return connector.calculate(question, call);
  };
  const ask = (question: TaxQuestion) => calculate(question, callOverHttp(connector, counterpart));

  describe(`${connector.title} as a tax engine`, () => {
    beforeAll(async () => {
      counterpart = await start();
    });
    afterEach(() => counterpart.behave({}));
    afterAll(() => counterpart.stop());

    it("verifies with the right settings", () => connector.verify(callOverHttp(connector, counterpart)));

    it.each(examples)("taxes $what, line by line", async ({ question, taxes }) => {
      const answer = await ask(question);
      if (isRefused(answer)) throw new Error(answer.refused);
      expect(answer.lines.map(({ lineNumber }) => lineNumber)).toEqual(
        question.lines.map(({ lineNumber }) => lineNumber),
      );
      expect(answer.lines.map(({ taxAmount }) => taxAmount)).toEqual(taxes);
      expect(await ask(question)).toEqual(answer);
    });

    it("answers an address it does not know as a refusal about the address", async () => {
      expect(await ask(badAddress)).toMatchObject({ kind: "address" });
    });

    it("answers a refusal as an answer", async () => {
      const [example] = examples;
      if (example === undefined) throw new Error("No example to ask.");
      await counterpart.behave({ refuseNext: { count: 1, reason: "Licence expired." } });
      const answer = await ask(example.question);
      expect(isRefused(answer) && answer.refused).toContain("Licence expired.");
    });

    namesItsFailures(
      connector,
      () => counterpart,
      (call) => calculate(badAddress, call),
      wrongSettings,
    );
  });
}
