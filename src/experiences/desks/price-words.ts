import { scopeNames } from "#domains";

type Scope = keyof typeof scopeNames;

const ascii = (text: string): Uint8Array => Buffer.from(text, "latin1");

/** What every priced line says, whatever the price. */
export const said = {
  sku: ascii('{"sku":"'),
  nextSku: ascii(',{"sku":"'),
  quantity: ascii('","quantity":"'),
  syncedAt: ascii('","syncedAt":"'),
  agreedPrice: ascii('","unitPrice":"'),
  validFrom: ascii('","validFrom":"'),
  validTo: ascii('","validTo":"'),
  from: ascii(" from "),
  converted: ascii(", which is "),
  agreement: ascii(" ("),
  since: ascii(", since "),
  until: ascii(" until "),
  lineAmount: ascii(').","lineAmount":"'),
  noFaults: ascii('","quantityFaults":[]}'),
  faults: ascii('","quantityFaults":'),
} as const;

const ofScope = (scope: Scope) => ({
  pricedBy: ascii(`","source":"${scope}","pricedBy":{"priceAgreementId":"`),
  explanation: ascii(`"},"explanation":"The ${scopeNames[scope]} `),
});
export const saidOfScope: Readonly<Record<Scope, ReturnType<typeof ofScope>>> = {
  customer: ofScope("customer"),
  "customer-group": ofScope("customer-group"),
  list: ofScope("list"),
};

/** Made ready once a word: there are few, and the hub keeps them as long as it runs. */
function once<Made>(make: (word: string) => Made): (number: number, word: (number: number) => string) => Made {
  const made: (Made | undefined)[] = [];
  return (number, word) => (made[number] ??= make(word(number)));
}

export const createUnitWords = () =>
  once((unit) => ({
    ordered: ascii(`","unitOfMeasure":"${unit}","unitPrice":"`),
    agreed: ascii(`","unitOfMeasure":"${unit}","minimumQuantity":"`),
    per: ascii(` per ${unit}`),
    on: ascii(` ${unit} on`),
  }));

export const createSystemWords = () => {
  const of = (scope: Scope) => once((system) => ascii(`","source":"${scope}","system":"${system}","version":"`));
  return { customer: of("customer"), "customer-group": of("customer-group"), list: of("list") };
};
