import { Parser } from "@asyncapi/parser";
import { Compile } from "typebox/compile";
import { describe, expect, it } from "vitest";
import { documentCatalogue } from "../documents/index.ts";
import { errorCatalogue } from "../errors.ts";
import { eventCatalogue } from "../events/index.ts";
import { asyncApi } from "./asyncapi.ts";
import { errorsPage } from "./errors-page.ts";
import { documentSchemas, eventSchemas } from "./json-schemas.ts";

describe("what we publish", () => {
  it("is an AsyncAPI 3 document the public parser finds no fault with", async () => {
    const { document, diagnostics } = await new Parser().parse(JSON.stringify(asyncApi("1.0.0")));
    expect(diagnostics.filter(({ severity }) => severity === 0)).toEqual([]);
    expect(document?.allMessages()).toHaveLength(eventCatalogue.length);
  }, 30_000);

  it("would have been refused by that parser, had it been wrong", async () => {
    const { diagnostics } = await new Parser().parse(
      JSON.stringify({ ...asyncApi("1.0.0"), channels: { events: { address: 5 } } }),
    );
    expect(diagnostics.some(({ severity }) => severity === 0)).toBe(true);
  }, 30_000);

  it("has a page section for every error and no ghosts", () => {
    const sections = [...errorsPage().matchAll(/^## (.+)$/gm)].map((match) => match[1]);
    expect(sections).toEqual(Object.keys(errorCatalogue));
  });

  it("gives every document and every event a schema under its own name", () => {
    expect(documentSchemas().size).toBe(documentCatalogue.length + 1);
    expect([...documentSchemas().keys()]).not.toContain("Unnamed");
    expect(eventSchemas().size).toBe(eventCatalogue.length);
  });
});

describe("the event catalogue", () => {
  it("names events noun.past-participle, each once", () => {
    const types = eventCatalogue.map(({ type }) => type);
    expect(new Set(types).size).toBe(types.length);
    expect(types.filter((type) => !/^[a-z]+(-[a-z]+)*\.[a-z]+(-[a-z]+)*\.v\d+$/.test(type))).toEqual([]);
  });

  it("carries its subject in its data", () => {
    expect(eventCatalogue.filter(({ subject, data }) => !(subject in data.properties)).map(({ type }) => type)).toEqual(
      [],
    );
  });

  it("has no field that could hold a person's data", () => {
    const personal = /name$|street|phone|email|address$|signedBy/i;
    const fields = eventCatalogue.flatMap(({ type, data }) =>
      Object.keys(data.properties).map((field) => `${type}.${field}`),
    );
    expect(fields.filter((field) => personal.test(field))).toEqual([]);
  });

  it("compiles, so that every event is judged before it is logged", () => {
    for (const kind of eventCatalogue) expect(Compile(kind.data).Check({})).toBe(false);
  });
});
