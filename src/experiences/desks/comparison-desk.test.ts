import { CallFailure } from "#platform";
import { expect, it } from "vitest";
import { createComparisonDesk } from "./comparison-desk.ts";

it("says that the ERP does not answer, in the words of the API", async () => {
  const failing = () => {
    throw new CallFailure("no connection", {
      category: "unavailable",
      outcome: "not-done",
      system: "erp",
      operation: "read-stock",
    });
  };
  const comparer = { compare: async () => failing(), correct: async () => failing() };
  const desk = createComparisonDesk(comparer, () => Promise.resolve());
  await expect(desk.compare()).rejects.toMatchObject({ code: "system-unavailable" });
  await expect(desk.correct({ by: "me", reason: "counted" })).rejects.toMatchObject({ code: "system-unavailable" });
});
