import { CrossdockError, findFaults, type Fault } from "#contracts";
import type { FastifySchemaCompiler } from "fastify";
import type { FastifySerializerCompiler } from "fastify/types/schema.js";
import { Type, type Static, type TSchema } from "typebox";
import { Compile } from "typebox/compile";
import { Value } from "typebox/value";

const partNames: Readonly<Record<string, string>> = { params: "path", querystring: "query", headers: "header" };

/** Where a fault is: a pointer into the body, or the name of what stood in path, query or headers. */
function located(fault: Fault, part: string | undefined): Fault {
  const name = partNames[part ?? ""];
  return name ? { ...fault, path: `${name} ${fault.path.slice(1)}` } : fault;
}

/** Of text only: what arrives as text has nothing to be read as. */
const isOfText = (schema: TSchema): boolean =>
  Type.IsObject(schema) && Object.values(schema.properties).every((property) => Type.IsString(property));

/** Judges each part of a request; what is wrong is said with all faults, in plain words. Query and path arrive as text and are read as what the schema wants. */
export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const judge = Compile(schema);
  const comesAsWanted = httpPart === "body" || isOfText(schema);
  return (value: unknown) => {
    const read = comesAsWanted ? value : Value.Convert(schema, value);
    if (judge.Check(read)) return { value: read };
    return { error: refused(findFaults(schema, read).map((fault) => located(fault, httpPart))) };
  };
};

const refused = (faults: readonly Fault[]): CrossdockError =>
  new CrossdockError(
    "invalid-document",
    `${faults.length === 1 ? "A field is" : `${faults.length} fields are`} not as expected.`,
    { faults },
  );

/** For a route that judges its body itself. Throws "invalid-document" with all faults. */
export function bodyJudge<const Schema extends TSchema>(schema: Schema): (value: unknown) => Static<Schema> {
  const judge = Compile(schema);
  return (value) => {
    if (judge.Check(value)) return value;
    throw refused(findFaults(schema, value));
  };
}

/** In tests every answer is held against what the route promised; in production it is written as it is. */
export const answerCompiler =
  (judgesAnswers: boolean): FastifySerializerCompiler<TSchema> =>
  ({ schema, url, method, httpStatus }) => {
    if (!judgesAnswers) return (answer: unknown) => JSON.stringify(answer);
    const judge = Compile(schema);
    return (answer: unknown) => {
      const onTheWire: unknown = JSON.parse(JSON.stringify(answer));
      if (judge.Check(onTheWire)) return JSON.stringify(answer);
      const faults = findFaults(schema, onTheWire);
      throw new TypeError(`${method} ${url} promised something else for ${httpStatus}: ${JSON.stringify(faults)}`);
    };
  };
