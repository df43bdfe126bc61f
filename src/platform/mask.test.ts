import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mask, maskBody, maskUrl } from "./mask.ts";

const CANARY = "Canary7f3a9";
const CANARY_NUMBER = 730_190_021;

const secretKey = fc
  .tuple(
    fc.constantFrom("", "x-", "user_", "Shop"),
    fc.constantFrom("password", "Passwd", "passphrase", "clientSecret", "access_token", "refreshToken", "api-key"),
    fc.constantFrom("", "2", "_value"),
  )
  .map((parts) => parts.join(""));
const wholeSecretKey = fc.constantFrom(
  "Authorization",
  "proxy-authorization",
  "Cookie",
  "SET-COOKIE",
  "X-Shopify-Hmac-Sha256",
  "webhookSignature",
  "private_key",
  "apikey",
  "credentials",
  "accessKey",
  "Ocp-Apim-Subscription-Key",
);
const anySecretKey = fc.oneof(secretKey, wholeSecretKey);
const secretContent = fc.constantFrom<unknown>(
  CANARY,
  `Bearer ${CANARY}`,
  CANARY_NUMBER,
  [CANARY],
  { value: { deep: CANARY } },
  [[{ a: CANARY_NUMBER }]],
);

/** Documents of any shape with secrets at any depth of them. */
const { document } = fc.letrec((tie) => ({
  leaf: fc.oneof(fc.string({ unit: "binary" }), fc.integer({ max: 1000 }), fc.boolean(), fc.constant(null)),
  secret: fc.tuple(anySecretKey, secretContent).map(([key, content]) => ({ [key]: content, sku: "PVC-90" })),
  personal: fc.record({ email: fc.string({ unit: "grapheme" }), phoneNumber: fc.integer() }),
  document: fc.oneof(
    { maxDepth: 6 },
    tie("leaf"),
    tie("secret"),
    tie("personal"),
    fc.array(tie("document"), { maxLength: 4 }),
    fc.dictionary(fc.string({ unit: "grapheme" }), tie("document"), { maxKeys: 4 }),
  ),
}));

const neutral = fc.jsonValue({ stringUnit: "grapheme" }).filter((value) => {
  const text = JSON.stringify(value);
  return !/token|secret|pass|key|mail|phone|:\/\//i.test(text);
});

function expectNoCanary(text: string): void {
  expect(text).not.toContain(CANARY);
  expect(text).not.toContain(String(CANARY_NUMBER));
}

describe("masking", () => {
  it("lets no secret through, at whatever depth, in whatever shape", () => {
    fc.assert(
      fc.property(document, (value) => {
        expectNoCanary(JSON.stringify(mask(value)));
        expectNoCanary(maskBody(JSON.stringify(value), "Application/JSON; charset=utf-8"));
      }),
      { numRuns: 1000 },
    );
  });

  it("leaves everything else as it is", () => {
    fc.assert(
      fc.property(neutral, (value) => {
        expect(mask(value)).toEqual(value);
        expect(maskBody(JSON.stringify(value), "application/problem+json")).toBe(JSON.stringify(value));
      }),
    );
  });

  it("shows of a person's data no more than a first and a last character, wherever it stands", () => {
    const personalKey = fc.constantFrom(
      "email",
      "contactEmail",
      "e-mail",
      "phone",
      "PhoneNumber",
      "street1",
      "streetLines",
      "address_line_1",
      "AddressLine",
      "personName",
      "firstName",
      "signedBy",
      "attentionName",
    );
    const shaped = fc.constantFrom<(text: string) => unknown>(
      (text) => text,
      (text) => [text],
      (text) => ({ number: text }),
    );
    const text = fc.string({ unit: fc.constantFrom("é", "b", "😀", "7", "ß"), minLength: 4 });
    fc.assert(
      fc.property(personalKey, text, shaped, (key, whole, shape) => {
        const kept = JSON.stringify(mask({ [key]: shape(whole) }));
        expect(kept).not.toContain(whole);
        expect(kept).toContain(`"${Array.from(whole).at(0)}***${Array.from(whole).at(-1)}"`);
      }),
    );
    expect(mask({ phone: 5_550_100, firstName: "Al" })).toEqual({ phone: "5***0", firstName: "***" });
  });

  it("knows a missing secret from a hidden one", () => {
    expect(mask({ token: null, password: "" })).toEqual({ token: null, password: "***" });
  });

  it("masks addresses: what is asked, what is signed in with, and whatever they are spelt with", () => {
    const parameter = fc.tuple(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }));
    fc.assert(
      fc.property(anySecretKey, fc.array(parameter), fc.string({ unit: "grapheme" }), (key, others, email) => {
        const query = new URLSearchParams([...others, [key, CANARY], ["email", email], ...others, [key, CANARY]]);
        const masked = maskUrl(`https://hub:${CANARY}@erp.example:8443/api/v1?${query.toString()}`);
        expectNoCanary(masked);
        expect(masked).toMatch(/^https:\/\/.*erp\.example:8443\/api\/v1\?/);
        expect([...new URL(masked).searchParams.keys()]).toEqual([...query.keys()]);
      }),
    );
    expect(maskUrl("http://erp/orders?filter=a?b&page=2")).toBe("http://erp/orders?filter=a%3Fb&page=2");
    expect(maskUrl("http://erp/orders")).toBe("http://erp/orders");
  });

  it("masks forms field by field", () => {
    const form = new URLSearchParams({ grant_type: "password", password: CANARY, email: "ann@example.com" });
    expect(maskBody(form.toString(), "application/x-www-form-urlencoded")).toBe(
      "grant_type=password&password=***&email=a***m",
    );
  });

  it("masks XML: elements, what is inside them, attributes, and CDATA", () => {
    const soap = `<?xml version="1.0"?>
<s:Envelope xmlns:s="urn:s"><s:Header><w:Password Type="Text">${CANARY}</w:Password>
<Credentials><Id>${CANARY}</Id><Empty/></Credentials><auth apiKey = '${CANARY}' note="a>b" token="x>${CANARY}"/>
<Secret><![CDATA[<${CANARY}>]]></Secret></s:Header><Order number="7"><Email>ann@example.com</Email><Sku>PVC</Sku></Order></s:Envelope>`;
    const masked = maskBody(soap, "text/xml; charset=utf-8");
    expectNoCanary(masked);
    expect(masked).toContain('<Order number="7"><Email>a***m</Email><Sku>PVC</Sku></Order></s:Envelope>');
    expect(masked).toContain(`<auth apiKey = '***' note="a>b" token="***"/>`);
  });

  it("keeps nothing of a body that is not what it says it is", () => {
    for (const [body, type] of [
      [`{"password":"${CANARY}"`, "application/json"],
      [`<a><Password>${CANARY}</a>`, "application/xml"],
      [`<a><Password>${CANARY}`, "application/xml"],
      [`<Password x="${CANARY}`, "text/xml"],
      [`--b\r\nname=password\r\n\r\n${CANARY}`, "multipart/form-data; boundary=b"],
      [CANARY, ""],
    ] as const)
      expectNoCanary(maskBody(body, type));
    expect(maskBody("too many requests", "text/plain")).toBe("too many requests");
  });

  it("survives what is bottomless or bites its own tail", () => {
    const deep = `${'{"a":['.repeat(20_000)}{"token":"${CANARY}"}${"]}".repeat(20_000)}`;
    expectNoCanary(maskBody(deep, "application/json"));
    const ring: Record<string, unknown> = { token: CANARY, at: new Date(0) };
    ring["self"] = ring;
    expect(mask(ring)).toEqual({ token: "***", at: "1970-01-01T00:00:00.000Z", self: "(circular)" });
  });

  it("keeps no more than it was told to", () => {
    expect(maskBody("x".repeat(200_000), "text/plain")).toHaveLength(65_536);
    expect(maskBody(JSON.stringify({ text: "x".repeat(200) }), "application/json", 50)).toHaveLength(50);
  });
});
