import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Type, type Static } from "typebox";
import { afterAll, describe, expect, it } from "vitest";
import { ConfigurationError, readConfiguration, resolveSecrets } from "./configuration.ts";

const Secret = Type.Union([
  Type.Object({ env: Type.String() }, { additionalProperties: false }),
  Type.Object({ file: Type.String() }, { additionalProperties: false }),
]);
const System = Type.Object(
  {
    code: Type.String({ pattern: "^[a-z]+$" }),
    settings: Type.Optional(Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Secret]))),
  },
  { additionalProperties: false },
);
const Schema = Type.Object(
  {
    hub: Type.Object(
      { host: Type.String(), port: Type.Integer({ minimum: 0 }), password: Type.Optional(Type.String()) },
      { additionalProperties: false },
    ),
    above: Type.Enum(["accept", "hold"]),
    systems: Type.Array(System, { minItems: 1 }),
  },
  { additionalProperties: false },
);
const good: Static<typeof Schema> = {
  hub: { host: "localhost", port: 8080 },
  above: "hold",
  systems: [{ code: "erp", settings: { password: { env: "ERP_PASSWORD" }, region: "us", retries: 3 } }],
};

function faultsOf(work: () => unknown): readonly string[] {
  try {
    work();
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  }
  return [];
}

const folder = mkdtempSync(join(tmpdir(), "crossdock-secrets-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("reading the configuration", () => {
  it("answers a good one as it is", () => {
    expect(readConfiguration(Schema, good)).toEqual(good);
  });

  it("lists every fault at once, each with its place, what was expected and what was found", () => {
    const wrong = {
      hub: { hosst: "x", port: -1 },
      above: "reject",
      systems: [{ code: "ERP", zone: 1 }, { code: "wms", settings: { user: true } }, "tax"],
      extra: 1,
    };
    expect(faultsOf(() => readConfiguration(Schema, wrong)).toSorted()).toEqual([
      '/above: must be one of "accept", "hold"; found "reject"',
      "/extra: is not known here",
      "/hub/hosst: is not known here",
      "/hub/host: is missing",
      "/hub/port: must be >= 0; found -1",
      '/systems/0/code: must match pattern "^[a-z]+$"; found "ERP"',
      "/systems/0/zone: is not known here",
      "/systems/1/settings/user: must be string, or must be number, or must be object; found true",
      '/systems/2: must be object; found "tax"',
    ]);
  });

  it("says how many there are, and leaves none out, however many", () => {
    const systems = Array.from({ length: 40 }, (_, index) => ({ code: `system ${index}` }));
    const faults = faultsOf(() => readConfiguration(Schema, { ...good, systems }));
    expect(faults).toHaveLength(40);
    expect(() => readConfiguration(Schema, { ...good, systems })).toThrow(
      /^The configuration has 40 faults:\n {2}\/systems\/0/,
    );
    expect(() => readConfiguration(Schema, { ...good, above: 1 })).toThrow("The configuration has a fault:");
  });

  it("repeats no secret that stands in the wrong place", () => {
    const misplaced = { ...good, hub: { ...good.hub, password: { value: "canary-1" } }, token: "canary-2" };
    const faults = faultsOf(() => readConfiguration(Schema, misplaced));
    expect(faults.toSorted()).toEqual(['/hub/password: must be string; found "***"', "/token: is not known here"]);
    const { systems: _, ...without } = misplaced;
    expect(faultsOf(() => readConfiguration(Schema, without)).join()).not.toContain("canary");
    expect(
      faultsOf(() =>
        readConfiguration(Type.Object({ url: Type.Integer() }), { url: "postgres://a:canary@b/c" }),
      ).join(),
    ).not.toContain("canary");
  });

  it("says what is wrong with something that is no configuration at all", () => {
    expect(faultsOf(() => readConfiguration(Schema, undefined))).toEqual(["/: must be object; found nothing"]);
  });
});

describe("secrets", () => {
  it("come from the environment or from a file, without the line end a file has", () => {
    const file = join(folder, "token");
    writeFileSync(file, "from a file\n");
    const settings = { token: { file }, password: { env: "ERP_PASSWORD" }, region: "us", retries: 3 };
    const environment = { ERP_PASSWORD: " from the environment " };
    expect(resolveSecrets(settings, environment, "/systems/0/settings")).toEqual({
      token: "from a file",
      password: " from the environment ",
      region: "us",
      retries: 3,
    });
  });

  it("that are missing or empty are named, all of them, with what to do", () => {
    const empty = join(folder, "empty");
    writeFileSync(empty, "\n");
    const settings = {
      absent: { env: "NOT_SET" },
      blank: { env: "BLANK" },
      lost: { file: join(folder, "lost") },
      empty: { file: empty },
      there: { env: "THERE" },
    };
    const faults = faultsOf(() => resolveSecrets(settings, { BLANK: "", THERE: "canary" }, "/systems/0/settings"));
    expect(faults).toHaveLength(4);
    expect(faults[0]).toBe("/systems/0/settings/absent: the environment has no NOT_SET; set it to the secret.");
    expect(faults[1]).toContain("BLANK");
    expect(faults[2]).toContain(join(folder, "lost"));
    expect(faults[3]).toContain(empty);
    expect(faults.join()).not.toContain("canary");
  });
});
