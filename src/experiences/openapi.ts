import { errorCatalogue, Problem, type ErrorCode } from "#contracts";
import { IsObject, type TSchema } from "typebox";
import type { Route } from "./route.ts";

type Json = Readonly<Record<string, unknown>>;

/** Plain JSON of a schema: what TypeBox keeps beside it for itself is not ours to publish. */
const plain = (schema: TSchema): Json => JSON.parse(JSON.stringify(schema));
const idOf = (schema: TSchema): string | null =>
  "$id" in schema && typeof schema.$id === "string" ? schema.$id : null;

/** A schema with a name of its own is written once, under components, and referred to everywhere else. */
function referring(value: unknown, components: Map<string, Json>): unknown {
  if (Array.isArray(value)) return value.map((item) => referring(item, components));
  if (value === null || typeof value !== "object") return value;
  const { $id: id, ...rest } = Object.fromEntries(Object.entries(value));
  const inside = Object.fromEntries(Object.entries(rest).map(([key, item]) => [key, referring(item, components)]));
  if (typeof id !== "string") return inside;
  components.set(id, inside);
  return { $ref: `#/components/schemas/${id}` };
}

const places = { params: "path", querystring: "query", headers: "header" } as const;

function parametersOf({ schema }: Route, components: Map<string, Json>): readonly Json[] {
  const parts = ["params", "querystring", "headers"] as const;
  return parts.flatMap((part) => {
    const object = schema[part];
    if (!object || !IsObject(object)) return [];
    const required: readonly string[] = object.required ?? [];
    return Object.entries(object.properties).map(([name, property]) => ({
      name,
      in: places[part],
      required: required.includes(name),
      schema: referring(plain(property), components),
    }));
  });
}

const contentOf = (schema: TSchema, types: string | readonly string[], components: Map<string, Json>): Json => ({
  content: Object.fromEntries([types].flat().map((type) => [type, { schema: referring(plain(schema), components) }])),
});

function errorAnswers(errors: readonly ErrorCode[], components: Map<string, Json>): Json {
  const byStatus = Map.groupBy(errors, (code) => errorCatalogue[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      status,
      {
        description: codes.map((code) => `\`${code}\`: ${errorCatalogue[code].title}`).join(" "),
        ...contentOf(Problem, "application/problem+json", components),
      },
    ]),
  );
}

function operationOf(route: Route, components: Map<string, Json>): Json {
  const { operationId, summary, description, tag, access, schema, errors, takes, consumes, produces } = route;
  const answers = Object.entries(schema.response).map(([status, answer]) => {
    const type = produces?.[Number(status)] ?? "application/json";
    return [status, { description: idOf(answer) ?? summary, ...contentOf(answer, type, components) }];
  });
  const bodyType = consumes ?? (takes === "bytes" ? "*/*" : "application/json");
  return {
    operationId,
    summary,
    ...(description ? { description } : {}),
    tags: [tag],
    security: access === "operator" ? [{ token: [] }] : [],
    parameters: parametersOf(route, components),
    ...(schema.body ? { requestBody: { required: true, ...contentOf(schema.body, bodyType, components) } } : {}),
    responses: { ...errorAnswers(errors, components), ...Object.fromEntries(answers) },
  };
}

/** `/v1/sales-orders/:id` as OpenAPI writes it. */
const pathOf = (url: string) => url.replaceAll(/:(\w+)/g, "{$1}");

/** The API as OpenAPI 3.1, from the very objects the server registers. */
export function openApi(routes: readonly Route[], version: string): Json {
  const components = new Map<string, Json>();
  const byPath = Map.groupBy(routes, ({ url }) => pathOf(url));
  const paths = [...byPath].map(([path, methods]) => [
    path,
    Object.fromEntries(methods.map((route) => [route.method.toLowerCase(), operationOf(route, components)])),
  ]);
  return {
    openapi: "3.1.0",
    info: {
      title: "Crossdock",
      version,
      description:
        "The integration hub for wholesale distributors. Amounts and quantities are decimals written as strings.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/" }],
    tags: [...new Set(routes.map(({ tag }) => tag))].map((name) => ({ name })),
    paths: Object.fromEntries(paths),
    components: {
      schemas: Object.fromEntries(components),
      securitySchemes: {
        token: { type: "http", scheme: "bearer", description: "The admin token, shown at the first start." },
      },
    },
  };
}
