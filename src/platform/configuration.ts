import { readFileSync } from "node:fs";
import type { Static, TSchema } from "typebox";
import type { TLocalizedValidationError } from "typebox/error";
import { Settings } from "typebox/system";
import { Value } from "typebox/value";
import { mask } from "./mask.ts";

/** Every fault of a configuration at once, each with where it is and what was expected. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(
      `The configuration has ${faults.length === 1 ? "a fault" : `${faults.length} faults`}:\n${faults.map((fault) => `  ${fault}`).join("\n")}`,
    );
    this.faults = faults;
  }
}

const at = (value: unknown, pointer: string): unknown =>
  pointer
    .split("/")
    .slice(1)
    .reduce<unknown>(
      (inside, key) => (inside !== null && typeof inside === "object" ? Reflect.get(inside, key) : undefined),
      value,
    );

/** What stands at the pointer, masked: a secret in the wrong place is a fault, and no reason to print it. */
function shown(whole: unknown, pointer: string): string {
  const found = at(mask(whole), pointer);
  return found === undefined ? "nothing" : JSON.stringify(found).slice(0, 80);
}

/** What a union's forms say, each once: of several forms that do not fit, none is the one that was meant. */
function unionPhrase(union: TLocalizedValidationError, errors: readonly TLocalizedValidationError[]): string {
  const forms = errors.filter(
    (error) => isInside(error, union) && error.instancePath === union.instancePath && error.keyword !== "anyOf",
  );
  return [...new Set(forms.map(({ message }) => message))].join(", or ");
}

const isInside = (error: TLocalizedValidationError, union: TLocalizedValidationError): boolean =>
  error.schemaPath.startsWith(`${union.schemaPath}/anyOf/`) && error.instancePath.startsWith(union.instancePath);

function faultsOf(error: TLocalizedValidationError, errors: readonly TLocalizedValidationError[], whole: unknown) {
  const { instancePath: path } = error;
  const fault = (message: string) => [`${path || "/"}: ${message}; found ${shown(whole, path)}`];
  switch (error.keyword) {
    case "boolean": // Said by additionalProperties as well.
      return [];
    case "additionalProperties":
      return error.params.additionalProperties.map((name) => `${path}/${name}: is not known here`);
    case "required":
      return error.params.requiredProperties.map((name) => `${path}/${name}: is missing`);
    case "enum":
      return fault(`must be one of ${error.params.allowedValues.map((value) => JSON.stringify(value)).join(", ")}`);
    case "anyOf":
      return fault(unionPhrase(error, errors));
    default:
      return fault(error.message);
  }
}

/** Unlike the validator's own default, which stops at eight. */
function allErrors(schema: TSchema, value: unknown): readonly TLocalizedValidationError[] {
  const { maxErrors } = Settings.Get();
  Settings.Set({ maxErrors: Number.POSITIVE_INFINITY });
  try {
    return Value.Errors(schema, value);
  } finally {
    Settings.Set({ maxErrors });
  }
}

/** Judges the whole and answers it typed; throws a ConfigurationError that lists every fault. */
export function readConfiguration<Schema extends TSchema>(schema: Schema, value: unknown): Static<Schema> {
  if (Value.Check(schema, value)) return value;
  const errors = allErrors(schema, value);
  const unions = errors.filter(({ keyword }) => keyword === "anyOf");
  const outermost = errors.filter((error) => !unions.some((union) => isInside(error, union)));
  throw new ConfigurationError(outermost.flatMap((error) => faultsOf(error, errors, value)));
}

/** Where a secret is: the name of an environment variable, or a file (as container platforms mount them). */
export type SecretReference = { readonly env: string } | { readonly file: string };

export const isSecretReference = (value: unknown): value is SecretReference =>
  value !== null &&
  typeof value === "object" &&
  (("env" in value && typeof value.env === "string") || ("file" in value && typeof value.file === "string"));

function textOf(file: string): string | null {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    return null;
  }
}

function resolved(
  reference: SecretReference,
  path: string,
  environment: Readonly<Record<string, string | undefined>>,
  faults: string[],
): string {
  if ("env" in reference) {
    const value = environment[reference.env];
    if (value === undefined || value === "")
      faults.push(`${path}: the environment has no ${reference.env}; set it to the secret.`);
    return value ?? "";
  }
  const value = textOf(reference.file);
  if (!value) {
    const wrong = value === null ? "cannot be read" : "is empty";
    faults.push(`${path}: the file ${reference.file} ${wrong}; put the secret there, readable by the hub's user only.`);
  }
  return value ?? "";
}

/** Puts the secrets in place of their names; throws a ConfigurationError that lists all that are missing. */
export function resolveSecrets(
  settings: Readonly<Record<string, unknown>>,
  environment: Readonly<Record<string, string | undefined>>,
  path: string,
): Readonly<Record<string, unknown>> {
  const faults: string[] = [];
  const entries = Object.entries(settings).map(([key, value]) => [
    key,
    isSecretReference(value) ? resolved(value, `${path}/${key}`, environment, faults) : value,
  ]);
  if (faults.length > 0) throw new ConfigurationError(faults);
  return Object.fromEntries(entries);
}
