import type { PriceAgreement } from "#contracts";
import { powerOf, writeShortest, writeUnits } from "#platform";
import {
  dayText,
  hasEnd,
  isUnusual,
  minimumPlacesOf,
  NONE,
  number,
  numberAt,
  pricePlacesOf,
  scopeOf,
  whole,
  wholeAt,
  type AgreementRecords,
} from "./agreement-records.ts";
import { explainPrice, PRICE_PLACES, type Price } from "./price-for.ts";
import { MILLIONTH_PLACES, type SoldAs } from "./sold-as.ts";
import { halfUp, isExact, remainder } from "./whole-numbers.ts";

/** Where his ladders begin, by the number of the item, and the mark that all items bear of which he has one. */
interface LadderOwner {
  readonly ladders: ReadonlyMap<number, number>;
  readonly mark: number;
}

/** Who asks for prices, of which day, in which currency: looked up once for all lines of a question. */
export interface PriceAsker {
  readonly own: LadderOwner | undefined;
  readonly group: LadderOwner | undefined;
  /** Its number as a word, and the number a day's digits make. */
  readonly currency: number;
  readonly on: number;
}

/** The agreement a line is priced by, in numbers: whoever writes it down reads no text but its id. Nothing of it depends on the quantity. */
export interface RungFound {
  /** Of one ordered unit, in ten-thousandths. */
  unitPrice: number;
  /** Number of a word. */
  orderedUnit: number;
  /** Whether the agreement is in another unit than the one ordered. */
  isConverted: boolean;
  priceAgreementId: string;
  scope: PriceAgreement["scope"];
  /** Numbers of words. */
  system: number;
  unit: number;
  /** As its owner says it: so many of its last place, and how many places it has. */
  agreedPrice: number;
  agreedPricePlaces: number;
  /** In millionths, and with how many places its owner writes it. */
  minimum: number;
  minimumPlaces: number;
  /** Days as the numbers their digits make. */
  validFrom: number;
  validTo: number;
  updatedAtMs: number;
  syncedAtMs: number;
}

export const emptyRung = (): RungFound => ({
  unitPrice: 0,
  orderedUnit: NONE,
  isConverted: false,
  priceAgreementId: "",
  scope: "list",
  system: NONE,
  unit: NONE,
  agreedPrice: 0,
  agreedPricePlaces: 0,
  minimum: 0,
  minimumPlaces: 0,
  validFrom: 0,
  validTo: 0,
  updatedAtMs: 0,
  syncedAtMs: 0,
});

const ONE = powerOf(MILLIONTH_PLACES);

/** In millionths of a unit, and the unit's number as a word. */
export interface AskedQuantity {
  readonly quantity: number;
  readonly unit: number;
}

/** A line as it climbs: what is asked for, in whole numbers. */
interface Climber {
  readonly soldAs: SoldAs;
  readonly quantity: number;
  readonly unit: number;
  /** What one ordered unit holds, in the fraction of `soldAs`. */
  readonly base: number;
  readonly currency: number;
  readonly on: number;
}

/** Whole numbers cannot tell. */
const UNSURE = -2;
const NOT_SOLD = 0;

interface ClimbedItem {
  readonly number: number;
  readonly soldAs: SoldAs | null;
  /** Where the list's ladders of it begin. */
  readonly list: number;
  readonly marks: number;
}

/**
 * Climbs down the customer's ladders, his group's, then the list's, to the first rung that holds, and says which it is. Below zero: there is none, or it takes the
 * long way to tell.
 */
export function climb(
  records: AgreementRecords,
  asker: PriceAsker,
  item: ClimbedItem,
  { quantity, unit }: AskedQuantity,
): number {
  const { soldAs } = item;
  if (!soldAs || Number.isNaN(quantity)) return UNSURE;
  const base = baseOf(soldAs, unit);
  if (base === NOT_SOLD) return UNSURE;
  const climber = { soldAs, quantity, unit, base, currency: asker.currency, on: asker.on };
  let record = bestOf(records, firstOf(asker.own, item), climber);
  if (record === NONE) record = bestOf(records, firstOf(asker.group, item), climber);
  if (record === NONE) record = bestOf(records, item.list, climber);
  return record;
}

const firstOf = (owner: LadderOwner | undefined, { number: item, marks }: ClimbedItem): number =>
  owner && (marks & owner.mark) !== 0 ? (owner.ladders.get(item) ?? NONE) : NONE;

function baseOf({ units, bases }: SoldAs, unit: number): number {
  for (let index = 0; index < units.length; index += 1) if (units[index] === unit) return bases[index] ?? NOT_SOLD;
  return NOT_SOLD;
}

/** Of an owner's ladders, one a unit, the rung that goes first. */
function bestOf(records: AgreementRecords, first: number, climber: Climber): number {
  let best = NONE;
  for (let top = first; top !== NONE; top = wholeAt(records, top, whole.beside)) {
    const base = baseOf(climber.soldAs, wholeAt(records, top, whole.unit));
    const rung = base === NOT_SOLD ? NONE : rungThatHolds(records, top, base, climber);
    if (rung === UNSURE) return UNSURE;
    if (rung === NONE) continue;
    best = best === NONE ? rung : higher(records, best, rung, climber);
    if (best === UNSURE) return UNSURE;
  }
  return best;
}

function rungThatHolds(records: AgreementRecords, top: number, base: number, climber: Climber): number {
  for (let rung = top; rung !== NONE; rung = wholeAt(records, rung, whole.below)) {
    const minimum = numberAt(records, rung, number.minimum);
    if (isUnusual(records, rung)) return UNSURE;
    if (!isInForce(records, rung, climber)) continue;
    if (base === climber.base) {
      if (climber.quantity >= minimum) return rung;
      continue;
    }
    const [asked, needed] = [climber.quantity * climber.base, minimum * base];
    if (!isExact(asked) || !isExact(needed)) return UNSURE;
    if (asked >= needed) return rung;
  }
  return NONE;
}

const isInForce = (records: AgreementRecords, rung: number, { currency, on }: Climber): boolean =>
  wholeAt(records, rung, whole.currency) === currency &&
  wholeAt(records, rung, whole.validFrom) <= on &&
  wholeAt(records, rung, whole.validTo) >= on;

/** Of two rungs of different ladders, as `priceFor` decides: by their breaks in base units, their starts, their ids. */
function higher(records: AgreementRecords, a: number, b: number, { soldAs }: Climber): number {
  const breakOf = (rung: number) =>
    numberAt(records, rung, number.minimum) * baseOf(soldAs, wholeAt(records, rung, whole.unit));
  const [breakA, breakB] = [breakOf(a), breakOf(b)];
  if (!isExact(breakA) || !isExact(breakB)) return UNSURE;
  if (breakA !== breakB) return breakA > breakB ? a : b;
  const starts = wholeAt(records, a, whole.validFrom) - wholeAt(records, b, whole.validFrom);
  if (starts !== 0) return starts > 0 ? a : b;
  return (records.ids[a] ?? "") > (records.ids[b] ?? "") ? a : b;
}

/** Says in `found` what a line in this unit that climbed to a rung is priced by. False: it takes the long way to tell. */
export function tell(
  records: AgreementRecords,
  record: number,
  soldAs: SoldAs | null,
  unit: number,
  found: RungFound,
): boolean {
  const base = soldAs ? baseOf(soldAs, unit) : NOT_SOLD;
  if (!soldAs || base === NOT_SOLD) return false;
  const shape = wholeAt(records, record, whole.shape);
  found.unit = wholeAt(records, record, whole.unit);
  found.agreedPrice = numberAt(records, record, number.unitPrice);
  found.agreedPricePlaces = pricePlacesOf(shape);
  found.orderedUnit = unit;
  found.isConverted = found.unit !== unit;
  const [ordered, agreed] = found.isConverted ? [base, baseOf(soldAs, found.unit)] : [1, 1];
  found.unitPrice = perOrderedUnit(found.agreedPrice * ordered, agreed, found.agreedPricePlaces);
  found.priceAgreementId = records.ids[record] ?? "";
  found.scope = scopeOf(shape);
  found.system = wholeAt(records, record, whole.system);
  found.minimum = numberAt(records, record, number.minimum);
  found.minimumPlaces = minimumPlacesOf(shape);
  found.validFrom = wholeAt(records, record, whole.validFrom);
  found.validTo = wholeAt(records, record, whole.validTo);
  found.updatedAtMs = numberAt(records, record, number.updatedAtMs);
  found.syncedAtMs = numberAt(records, record, number.syncedAtMs);
  return !Number.isNaN(found.unitPrice);
}

/** What a line comes to: of a quantity in millionths and a price in ten-thousandths, in hundredths, half up; NaN where whole numbers are too small for it. */
export function lineAmount(quantity: number, unitPrice: number): number {
  const product = quantity * unitPrice;
  return isExact(product) ? halfUp(product, IN_A_HUNDREDTH) : Number.NaN;
}
const AMOUNT_PLACES = 2;
const IN_A_HUNDREDTH = powerOf(MILLIONTH_PLACES + PRICE_PLACES - AMOUNT_PLACES);

/** Whether a quantity keeps the item's own rules (`quantityRules`); false: it breaks one, or it takes the long way to tell. */
export function keepsRules(soldAs: SoldAs, { quantity, unit }: AskedQuantity): boolean {
  const { oneBase, minimum, multiple } = soldAs;
  // In millionths of the fraction `soldAs` counts in.
  const total = quantity * baseOf(soldAs, unit);
  const [least, step] = [minimum * oneBase, multiple * oneBase];
  if (!isExact(total) || !isExact(least) || !isExact(step)) return false;
  return (
    total > 0 && remainder(total, oneBase * ONE) === 0 && total >= least && (step === 0 || remainder(total, step) === 0)
  );
}

/** In ten-thousandths, half up; NaN where whole numbers are too small for it. */
function perOrderedUnit(price: number, divisor: number, places: number): number {
  const dividend = price * powerOf(Math.max(0, PRICE_PLACES - places));
  const divided = divisor * powerOf(Math.max(0, places - PRICE_PLACES));
  if (!isExact(dividend) || !isExact(divided * 2)) return Number.NaN;
  return divided === 1 ? dividend : halfUp(dividend, divided);
}

/** What is found as a price, with why. */
export function priceOfRung(found: RungFound, agreedUnit: string, orderedUnit: string): Price {
  const { minimum, validFrom, validTo, scope, priceAgreementId } = found;
  const unitPrice = writeUnits(found.unitPrice, PRICE_PLACES);
  const from = minimum > ONE ? ` from ${writeShortest(minimum, MILLIONTH_PLACES)} ${agreedUnit} on` : "";
  const explanation = explainPrice({
    scope,
    terms: `${writeShortest(found.agreedPrice, found.agreedPricePlaces)} per ${agreedUnit}${from}`,
    converted: found.isConverted ? `, which is ${writeShortest(found.unitPrice, PRICE_PLACES)} per ${orderedUnit}` : "",
    priceAgreementId,
    validFrom: dayText(validFrom),
    ...(hasEnd(validTo) ? { validTo: dayText(validTo) } : {}),
  });
  return {
    unitPrice,
    source: scope,
    priceAgreementId,
    version: new Date(found.updatedAtMs).toISOString(),
    explanation,
  };
}
