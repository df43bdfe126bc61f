import { Compile } from "typebox/schema";

type Judge = (answer: unknown) => readonly string[];
type Json = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Json => value !== null && typeof value === "object";
const at = (value: unknown, ...names: readonly string[]): unknown =>
  names.reduce<unknown>((inside, name) => (isRecord(inside) ? inside[name] : undefined), value);

/** `/v1/sales-orders/{id}` as what it matches. */
export const matching = (template: string): RegExp => new RegExp(`^${template.replaceAll(/\{\w+\}/g, "[^/]+")}$`);

/** What stands under one `{name}` more is less to the point: `/v1/events/stream` is not `/v1/events/{id}`. */
const mostParticular = (templates: readonly string[]) =>
  templates.toSorted((a, b) => a.split("{").length - b.split("{").length)[0];

/** Holds answers against what a published OpenAPI document promises for them, by any validator's rules rather than the hub's own. */
export function promisesOf(document: unknown) {
  const paths = Object.keys(Object(at(document, "paths")));
  const judges = new Map<string, Judge>();

  function judgeFor(method: string, path: string, status: number): Judge {
    const template = mostParticular(paths.filter((one) => matching(one).test(path)));
    const answer = at(document, "paths", template ?? "", method.toLowerCase(), "responses", String(status));
    if (answer === undefined) return () => [`${method} ${path} never promised to answer ${status}`];
    const [content] = Object.values(Object(at(answer, "content")));
    const schema = at(content, "schema");
    if (!isRecord(schema)) return () => [];
    // The document's own definitions beside it, where its references point to.
    const compiled = Compile({ ...schema, components: at(document, "components") });
    return (value) =>
      compiled.Check(value)
        ? []
        : compiled.Errors(value)[1].map(({ instancePath, message }) => `${method} ${path} ${instancePath}: ${message}`);
  }

  return {
    /** What of an answer is not as promised, in sentences. */
    broken(method: string, path: string, status: number, answer: unknown): readonly string[] {
      const key = `${method} ${path} ${status}`;
      const judge = judges.get(key) ?? judgeFor(method, path, status);
      judges.set(key, judge);
      return judge(answer);
    },
  };
}
