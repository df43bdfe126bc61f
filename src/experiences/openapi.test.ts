import { Validator } from "@seriousme/openapi-schema-validator";
import { describe, expect, it } from "vitest";
import { openApi } from "./openapi.ts";
import { routes } from "./routes.ts";

const document = openApi(routes, "1.0.0");

describe("the API as OpenAPI", () => {
  it("is a 3.1 document the public validator finds no fault with", async () => {
    const result = await new Validator().validate(structuredClone(document));
    expect(result.errors ?? []).toEqual([]);
    expect(result.valid).toBe(true);
  });

  it("would have been refused, had it been wrong", async () => {
    const result = await new Validator().validate({ ...structuredClone(document), paths: { "no-slash": 5 } });
    expect(result.valid).toBe(false);
  });

  it("has every route once, under an operation of its own", () => {
    const ids = routes.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    const written = JSON.stringify(document);
    for (const id of ids) expect(written).toContain(`"operationId":"${id}"`);
  });

  it("refers to nothing that is not in it, and says of every guarded route that it wants the token", () => {
    const text = JSON.stringify(document);
    const { schemas } = JSON.parse(text).components;
    const references = [...text.matchAll(/#\/components\/schemas\/([A-Za-z]+)/g)].map((match) => match[1] ?? "");
    expect(references.filter((name) => !(name in schemas))).toEqual([]);
    expect(routes.filter(({ access }) => access !== "operator").map(({ url }) => url)).toEqual([
      "/webhooks/:system",
      "/healthz",
      "/errors",
    ]);
  });
});
