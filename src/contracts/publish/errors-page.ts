import { errorCatalogue } from "../errors.ts";

/** The page of errors people open from the `type` of a problem answer: one section a code. */
export function errorsPage(): string {
  const sections = Object.entries(errorCatalogue).map(
    ([code, { status, retry, title, fix }]) =>
      `## ${code}\n\n${title}\n\n| HTTP status | does a retry help? |\n|---|---|\n| ${status} | ${retry} |\n\n**What to do.** ${fix}\n`,
  );
  return [
    "# Errors\n",
    "Generated from `src/contracts/errors.ts`. Every error answer is `application/problem+json` (RFC 9457) with `code`, `retry`, `fix` and, where fields are at fault, `faults`.\n",
    ...sections,
  ].join("\n");
}
