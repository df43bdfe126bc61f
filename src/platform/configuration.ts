import { readFileSync } from "node:fs";
import type { Static, TSchema } from "typebox";
import { Value } from "typebox/value";

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

const shown = (value: unknown): string => (value === undefined ? "nothing" : JSON.stringify(value).slice(0, 80));

/** Judges the whole and answers it typed; throws a ConfigurationError that lists every fault. */
export function readConfiguration<Schema extends TSchema>(schema: Schema, value: unknown): Static<Schema> {
  if (Value.Check(schema, value)) return value;
  const errors = [...Value.Errors(schema, value)].filter(({ keyword }) => keyword !== "boolean");
  throw new ConfigurationError(
    errors.map(
      ({ instancePath, message }) => `${instancePath || "/"}: ${message}; found ${shown(at(value, instancePath))}`,
    ),
  );
}

/** Where a secret is: the name of an environment variable, or a file (as container platforms mount them). */
export type SecretReference = { readonly env: string } | { readonly file: string };

export const isSecretReference = (value: unknown): value is SecretReference =>
  value !== null &&
  typeof value === "object" &&
  (("env" in value && typeof value.env === "string") || ("file" in value && typeof value.file === "string"));

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
  try {
    return readFileSync(reference.file, "utf8").trim();
  } catch {
    faults.push(
      `${path}: the file ${reference.file} cannot be read; put the secret there, readable by the hub's user only.`,
    );
    return "";
  }
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
