import { CrossdockError, type Fault } from "#contracts";
import { CallFailure } from "#platform";
import type { Static, TSchema } from "typebox";
import { Compile } from "typebox/compile";
import type { Answer, Refused } from "./ports.ts";

/**
 * A reader of what a system sent: only the fields we read, in the shape we rely on. What does not fit throws
 * CrossdockError "invalid-document", whose faults name each field.
 */
export function readerOf<Schema extends TSchema>(
  system: string,
  what: string,
  schema: Schema,
): (value: unknown) => Static<Schema> {
  const validator = Compile(schema);
  const fits = (value: unknown): value is Static<Schema> => validator.Check(value);
  return (value) => {
    if (fits(value)) return value;
    const faults: Fault[] = [...validator.Errors(value)]
      .slice(0, 20)
      .map(({ instancePath, message }) => ({ path: instancePath === "" ? "/" : instancePath, expected: message }));
    throw new CrossdockError("invalid-document", `${system} sent ${what} we cannot read.`, { faults });
  };
}

/** Looks a vendor's code up in the table that gives our word for it. A code that is not there is a fault, never a default. */
export function wordFor<Word>(
  system: string,
  field: string,
  table: Readonly<Record<string, Word>>,
  code: string,
): Word {
  const word = Object.hasOwn(table, code) ? table[code] : undefined;
  if (word !== undefined) return word;
  const known = Object.keys(table).join(", ");
  throw new CrossdockError("invalid-document", `${system} sent ${field} "${code}", which we do not know.`, {
    faults: [{ path: `/${field}`, expected: `one of ${known}`, found: code }],
  });
}

/** The fields that are there. What a vendor leaves empty is left out of a document, not set to undefined. */
export function withoutAbsent<Key extends string>(
  fields: Readonly<Record<Key, string | undefined>>,
): { [Name in Key]?: string } {
  const there: { [Name in Key]?: string } = {};
  for (const key in fields) {
    const value = fields[key];
    if (value !== undefined) there[key] = value;
  }
  return there;
}

/** A business refusal comes as 422 in the vendor's own words; everything else that went wrong stays a failure. */
export async function answerOr<Accepted>(
  accepted: Promise<Accepted>,
  refusal: (body: unknown) => Refused,
): Promise<Answer<Accepted>> {
  try {
    return await accepted;
  } catch (failure) {
    if (failure instanceof CallFailure && failure.status === 422) return refusal(failure.body);
    throw failure;
  }
}

/** Whether the other side said that there is no such thing. */
export const isNotFound = (failure: unknown): boolean => failure instanceof CallFailure && failure.status === 404;
