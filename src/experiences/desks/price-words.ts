import { dayText, hasEnd, scopeNames, type RungFound } from "#domains";
import { blockOf, type Block } from "../answer-pen.ts";

type Scope = keyof typeof scopeNames;

/** What every priced line says, whatever the price. */
export const said = {
  sku: blockOf('{"sku":"'),
  nextSku: blockOf(',{"sku":"'),
  quantity: blockOf('","quantity":"'),
  from: blockOf(" from "),
  converted: blockOf(", which is "),
  agreement: blockOf(" ("),
  noFaults: blockOf('","quantityFaults":[]}'),
  faults: blockOf('","quantityFaults":'),
} as const;

const pricedBy = (scope: Scope) => blockOf(`","source":"${scope}","pricedBy":{"priceAgreementId":"`);
export const pricedByScope: Readonly<Record<Scope, Block>> = {
  customer: pricedBy("customer"),
  "customer-group": pricedBy("customer-group"),
  list: pricedBy("list"),
};

/** Made ready once a word: there are few, and the hub keeps them as long as it runs. */
export function createUnitWords(word: (number: number) => string) {
  const make = (unit: string) => ({
    ordered: blockOf(`","unitOfMeasure":"${unit}","unitPrice":"`),
    agreed: blockOf(`","unitOfMeasure":"${unit}","minimumQuantity":"`),
    per: blockOf(` per ${unit}`),
    on: blockOf(` ${unit} on`),
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
  readonly price: Block;
}
interface Dated {
  readonly scope: Scope;
  readonly validFrom: number;
  readonly validTo: number;
  /** From its minimum quantity to the price in the explanation. */
  readonly explanation: Block;
  /** From its id in the explanation to the line's amount. */
  readonly lineAmount: Block;
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
      const price = blockOf(
        `","source":"${scope}","system":"${word(system)}","version":"${version}","syncedAt":"${syncedAt}","unitPrice":"`,
      );
      return (owned[place] = { scope, system, updatedAtMs, syncedAtMs, price });
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
        explanation: blockOf(`","validFrom":"${from}${end}"},"explanation":"The ${scopeNames[scope]} `),
        lineAmount: blockOf(`, since ${from}${until}).","lineAmount":"`),
      });
    },
  };
}
