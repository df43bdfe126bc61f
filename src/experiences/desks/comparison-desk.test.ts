import { CrossdockError } from "#contracts";
import { CallFailure } from "#platform";
import { expect, it } from "vitest";
import { createComparisonDesk } from "./comparison-desk.ts";

const silent = new CallFailure("no answer within 10000 ms", {
  category: "timed-out",
  outcome: "not-done",
  system: "erp",
  operation: "read-stock",
});
const unreadable = new CrossdockError("invalid-document", 'Granite\'s feed "stock" has 3 rows and says 4.');
const never = new AbortController().signal;

it.each([
  ["does not answer", silent],
  ["answers what nobody can read", unreadable],
])("says that it is the ERP that %s, and what became of the work", async (_what, failure) => {
  const failing = () => Promise.reject(failure);
  const desk = createComparisonDesk({ compare: failing, correct: failing }, () => Promise.resolve());
  const message = `The ERP's stock could not be read to its end: ${failure.message}`;
  await expect(desk.compare(never)).rejects.toMatchObject({
    code: "system-unavailable",
    message: `${message} Nothing was changed.`,
  });
  await expect(desk.correct({ by: "me", reason: "counted" }, never)).rejects.toMatchObject({
    code: "system-unavailable",
    message: `${message} What was corrected before that stays so, and is in the audit.`,
  });
});

it("lets pass what is nobody's silence", async () => {
  const failing = () => Promise.reject(new CrossdockError("not-possible-now", "The connector of erp reads no stock."));
  const desk = createComparisonDesk({ compare: failing, correct: failing }, () => Promise.resolve());
  await expect(desk.compare(never)).rejects.toMatchObject({ code: "not-possible-now" });
});
