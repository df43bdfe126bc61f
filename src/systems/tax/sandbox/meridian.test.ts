import { expect, it } from "vitest";
import { recorded, scriptedCall } from "../../conformance/scripted-call.ts";
import type { TaxQuestion } from "../../ports.ts";
import { meridian } from "./index.ts";

const fixture = (name: string, status?: number) => recorded(import.meta.dirname, name, status);
const scripted = (answers: Parameters<typeof scriptedCall>[1]) =>
  scriptedCall<typeof meridian.settings>({ user: "u", password: "p" }, answers);

const place = { name: "Receiving", street1: "1 Main St", city: "Atlanta", region: "GA", country: "US" };
const question: TaxQuestion = {
  reference: "so-1",
  customerNumber: "C-1001",
  currency: "USD",
  shipFrom: { ...place, postalCode: "30336" },
  shipTo: { ...place, postalCode: "30324" },
  exemptionCertificate: "GA-1",
  lines: [
    { lineNumber: 1, sku: "VLV-BALL-100", taxCode: "GENERAL", quantity: "2", amount: "37.43" },
    { lineNumber: 2, sku: "SFT-GLS", taxCode: "EXEMPT-SAFETY", quantity: "1", amount: "3.10" },
  ],
};

it("asks in Meridian's words, signed in with user and password", async () => {
  const { call, asked } = scripted([fixture("determination")]);
  await meridian.calculate(question, call);
  expect(asked).toEqual([
    {
      operation: "calculate-tax",
      method: "POST",
      path: "/tax/v2/determinations",
      body: {
        document: { id: "so-1", customer: "C-1001", currency: "USD" },
        from: { state: "GA", postal: "30336", country: "US" },
        to: { state: "GA", postal: "30324", country: "US" },
        certificate: "GA-1",
        items: [
          { n: 1, sku: "VLV-BALL-100", category: "GENERAL", quantity: "2", gross: "37.43" },
          { n: 2, sku: "SFT-GLS", category: "EXEMPT-SAFETY", quantity: "1", gross: "3.10" },
        ],
      },
    },
  ]);
  expect(meridian.authorize({ user: "u", password: "p" })).toEqual({ authorization: "Basic dTpw" });
});

it("reads each line's tax and who takes it", async () => {
  const { call } = scripted([fixture("determination")]);
  expect(await meridian.calculate(question, call)).toEqual({
    lines: [
      { lineNumber: 1, taxAmount: "3.33", jurisdictions: ["Georgia state 4%", "Fulton county 4.9%"] },
      { lineNumber: 2, taxAmount: "0.00", jurisdictions: [] },
    ],
  });
});

it("believes no answer that leaves a line out", async () => {
  const { call } = scripted([{ status: 200, body: { items: [{ n: 1, tax: "3.33", authorities: [] }] } }]);
  await expect(meridian.calculate(question, call)).rejects.toMatchObject({
    code: "invalid-document",
    faults: [{ path: "/items/2" }],
  });
});

it("answers a refused address as a refusal about the address", async () => {
  const { call } = scripted([fixture("determination-refused-address", 422)]);
  expect(await meridian.calculate(question, call)).toEqual({
    refused: 'There is no state "ZZ". (address-not-found)',
    kind: "address",
  });
});
