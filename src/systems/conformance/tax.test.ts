import type { Address } from "#contracts";
import type { TaxQuestion } from "../ports.ts";
import { meridian } from "../tax/sandbox/index.ts";
import { startCounterpart } from "./sandbox-counterpart.ts";
import { taxConformance } from "./tax.ts";

const at = (city: string, region: string, postalCode: string): Address => ({
  name: "Receiving", street1: "1 Main St", city, region, postalCode, country: "US",
}); // prettier-ignore

const question = (shipTo: Address, amounts: readonly string[], more: Partial<TaxQuestion> = {}): TaxQuestion => ({
  reference: "so-1",
  customerNumber: "C-1001",
  currency: "USD",
  shipFrom: at("Atlanta", "GA", "30336"),
  shipTo,
  lines: amounts.map((amount, index) => ({
    lineNumber: index + 1,
    sku: "VLV-BALL-100",
    taxCode: "GENERAL",
    quantity: "1",
    amount,
  })),
  ...more,
});
const savannah = at("Savannah", "GA", "31415");

taxConformance({
  connector: meridian,
  start: () => startCounterpart("meridian"),
  wrongSettings: { user: "crossdock", password: "wrong" },
  examples: [
    // 8.9 %: 10.00 -> 0.89; 0.50 -> 0.0445 -> 0.04; 1.50 -> 0.1335 -> 0.13
    {
      what: "state and county, half up a line",
      question: question(at("Atlanta", "GA", "30324"), ["10.00", "0.50", "1.50"]),
      taxes: ["0.89", "0.04", "0.13"],
    },
    // 7 %: 0.50 -> 0.035 -> 0.04, away from zero
    { what: "exactly half a cent", question: question(savannah, ["0.50"]), taxes: ["0.04"] },
    {
      what: "nothing with a certificate on file",
      question: question(savannah, ["100.00"], { exemptionCertificate: "GA-GOV-1005" }),
      taxes: ["0.00"],
    },
    {
      what: "as ever with a certificate of another state",
      question: question(at("Seattle", "WA", "98106"), ["100.00"], { exemptionCertificate: "GA-GOV-1005" }),
      taxes: ["10.35"],
    },
    {
      what: "as ever with a certificate nobody knows",
      question: question(savannah, ["100.00"], { exemptionCertificate: "MADE-UP" }),
      taxes: ["7.00"],
    },
    {
      what: "nothing where there is no sales tax",
      question: question(at("Portland", "OR", "97209"), ["100.00"]),
      taxes: ["0.00"],
    },
  ],
  badAddress: question(at("Nowhere", "ZZ", "00000"), ["1.00"]),
});
