import { dayText, hasEnd, scopeNames, type RungFound } from "#domains";

type Scope = keyof typeof scopeNames;

const ascii = (text: string): Uint8Array => Buffer.from(text, "latin1");

/** What every priced line says, whatever the price. */
export const said = {
  sku: ascii('{"sku":"'),
  nextSku: ascii(',{"sku":"'),
  quantity: ascii('","quantity":"'),
  from: ascii(" from "),
  converted: ascii(", which is "),
  agreement: ascii(" ("),
  noFaults: ascii('","quantityFaults":[]}'),
  faults: ascii('","quantityFaults":'),
} as const;

const pricedBy = (scope: Scope) => ascii(`","source":"${scope}","pricedBy":{"priceAgreementId":"`);
export const pricedByScope: Readonly<Record<Scope, Uint8Array>> = {
  customer: pricedBy("customer"),
  "customer-group": pricedBy("customer-group"),
  list: pricedBy("list"),
};

/** Made ready once a word: there are few, and the hub keeps them as long as it runs. */
export function createUnitWords(word: (number: number) => string) {
  const make = (unit: string) => ({
    ordered: ascii(`","unitOfMeasure":"${unit}","unitPrice":"`),
    agreed: ascii(`","unitOfMeasure":"${unit}","minimumQuantity":"`),
    per: ascii(` per ${unit}`),
    on: ascii(` ${unit} on`),
  });
  const made: ReturnType<typeof make>[] = [];
  return (number: number) => (made[number] ??= make(word(number)));
}

interface Owned {
  readonly scope: Scope;
  readonly system: number;
  readonly updatedAtMs: number;
  readonly syncedAtMs: number;
  /** From an agreement's id to its unit price. */
  readonly bytes: Uint8Array;
}
interface Dated {
  readonly scope: Scope;
  readonly validFrom: number;
  readonly validTo: number;
  /** From its minimum quantity to the price in the explanation. */
  readonly explanation: Uint8Array;
  /** From its id in the explanation to the line's amount. */
  readonly lineAmount: Uint8Array;
}

/** So many of each stay, each until another needs its place: what came together bears the same instants, and begins on the same days. */
const KEPT = 1_024;

/** The long words between the figures of a line. To copy one of them takes as long as to copy one of the five it is made of. */
export function createPriceWords(word: (number: number) => string) {
  const owned: (Owned | undefined)[] = Array.from({ length: KEPT });
  const dated: (Dated | undefined)[] = Array.from({ length: KEPT });
  return {
    unit: createUnitWords(word),
    owned({ scope, system, updatedAtMs, syncedAtMs }: RungFound): Owned {
      const place = ((updatedAtMs % KEPT) + (syncedAtMs % KEPT) + scope.length + system) % KEPT;
      const known = owned[place];
      if (
        known?.updatedAtMs === updatedAtMs &&
        known.syncedAtMs === syncedAtMs &&
        known.scope === scope &&
        known.system === system
      )
        return known;
      const [version, syncedAt] = [new Date(updatedAtMs).toISOString(), new Date(syncedAtMs).toISOString()];
      const bytes = ascii(
        `","source":"${scope}","system":"${word(system)}","version":"${version}","syncedAt":"${syncedAt}","unitPrice":"`,
      );
      return (owned[place] = { scope, system, updatedAtMs, syncedAtMs, bytes });
    },
    dated({ scope, validFrom, validTo }: RungFound): Dated {
      const place = (validFrom + validTo + scope.length) % KEPT;
      const known = dated[place];
      if (known?.validFrom === validFrom && known.validTo === validTo && known.scope === scope) return known;
      const [from, to] = [dayText(validFrom), hasEnd(validTo) ? dayText(validTo) : null];
      const end = to === null ? "" : `","validTo":"${to}`;
      const until = to === null ? "" : ` until ${to}`;
      return (dated[place] = {
        scope,
        validFrom,
        validTo,
        explanation: ascii(`","validFrom":"${from}${end}"},"explanation":"The ${scopeNames[scope]} `),
        lineAmount: ascii(`, since ${from}${until}).","lineAmount":"`),
      });
    },
  };
}
