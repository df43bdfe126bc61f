import type { PriceAgreement } from "#contracts";
import { NOT_SMALL, placesOf, powerOf, twoGenerations, unitsOf, writeUnits } from "#platform";
import type { AgreementOnFile } from "./read-agreements.ts";
import { millionths, MILLIONTH_PLACES } from "./sold-as.ts";
import { createWords, type Words } from "./words.ts";

/**
 * Price agreements as numbers, 64 bytes each: a cache line, where an object with its words lies in a dozen places. Nothing in them is for the garbage
 * collector to look at.
 */
export interface AgreementRecords {
  numbers: Float64Array;
  whole: Int32Array;
  /** By record; what the records say nothing of lies beside them. */
  readonly ids: string[];
  /** By record: no other agreement ever bears this number, nor this one once it is put in anew. */
  readonly stamps: number[];
  /** What does not fit into a record, as it came; others are put together again when somebody asks. */
  readonly unusual: Map<number, AgreementOnFile>;
  readonly words: Words;
  /** Records that can be used again. */
  readonly free: number[];
  used: number;
  lastStamp: number;
}

const BYTES_EACH = 64;
const NUMBERS_EACH = 8;
const WHOLE_EACH = 16;
const RECORDS_AT_FIRST = 1_024;

/** Four numbers, then eight whole ones: where each lies in its record. */
export const number = { minimum: 0, unitPrice: 1, updatedAtMs: 2, syncedAtMs: 3 } as const;
export const whole = {
  validFrom: 8,
  validTo: 9,
  currency: 10,
  unit: 11,
  /** The next rung below, and the ladder beside it (of the topmost rung only): both a record, or NONE. */
  below: 12,
  beside: 13,
  system: 14,
  /** Scope, places of the unit price, places of the minimum quantity: two, four and four bits. */
  shape: 15,
} as const;
export const NONE = -1;

/** A day as the number its digits make; this one is after all of them. */
const NO_END = 99_999_999;
/** Stands above every quantity: who climbs a ladder meets it first. */
const UNUSUAL = Number.POSITIVE_INFINITY;

const scopes = ["list", "customer-group", "customer"] as const satisfies readonly PriceAgreement["scope"][];

export function createAgreementRecords(): AgreementRecords {
  const memory = new ArrayBuffer(RECORDS_AT_FIRST * BYTES_EACH);
  return {
    numbers: new Float64Array(memory),
    whole: new Int32Array(memory),
    ids: [],
    stamps: [],
    unusual: new Map(),
    words: createWords(),
    free: [],
    used: 0,
    lastStamp: 0,
  };
}

type Records = AgreementRecords;
export const numberAt = ({ numbers }: Records, record: number, field: number): number =>
  numbers[record * NUMBERS_EACH + field] ?? 0;
export const wholeAt = ({ whole: wholes }: Records, record: number, field: number): number =>
  wholes[record * WHOLE_EACH + field] ?? NONE;
export function setWhole({ whole: wholes }: Records, record: number, field: number, value: number): void {
  wholes[record * WHOLE_EACH + field] = value;
}
export const isUnusual = (records: Records, record: number): boolean =>
  numberAt(records, record, number.minimum) === UNUSUAL;

export const scopeOf = (shape: number): PriceAgreement["scope"] => scopes[shape & 3] ?? "list";
export const pricePlacesOf = (shape: number): number => (shape >> 2) & 15;
export const minimumPlacesOf = (shape: number): number => (shape >> 6) & 15;

/** Half as much again: a copy of what there is, seldom. */
function takeRecord(records: Records): number {
  const again = records.free.pop();
  if (again !== undefined) return again;
  if (records.used * NUMBERS_EACH === records.numbers.length) {
    const numbers = new Float64Array(Math.ceil(records.used * 1.5) * NUMBERS_EACH);
    numbers.set(records.numbers);
    records.numbers = numbers;
    records.whole = new Int32Array(numbers.buffer);
  }
  records.used += 1;
  return records.used - 1;
}

/** Writes an agreement down, and says where. */
export function addRecord(records: Records, file: AgreementOnFile): number {
  const { agreement, source } = file;
  const record = takeRecord(records);
  const fitting = fit(file);
  if (!fitting) records.unusual.set(record, file);
  const { minimum, unitPrice, updatedAtMs, syncedAtMs, validFrom, validTo, shape } = fitting ?? unfit;
  const { words } = records;
  records.ids[record] = agreement.priceAgreementId;
  records.lastStamp += 1;
  records.stamps[record] = records.lastStamp;
  records.numbers.set([minimum, unitPrice, updatedAtMs, syncedAtMs], record * NUMBERS_EACH);
  const [currency, unit] = [words.numberOf(agreement.currency), words.numberOf(agreement.unitOfMeasure)];
  const wholes = [validFrom, validTo, currency, unit, NONE, NONE, words.numberOf(source), shape];
  records.whole.set(wholes, record * WHOLE_EACH + whole.validFrom);
  return record;
}

export function dropRecord(records: Records, record: number): void {
  records.unusual.delete(record);
  records.ids[record] = "";
  records.free.push(record);
}

const unfit = {
  minimum: UNUSUAL,
  unitPrice: 0,
  updatedAtMs: 0,
  syncedAtMs: 0,
  validFrom: 0,
  validTo: NO_END,
  shape: 0,
};

/** What can stand in JSON as it is, and is a byte a character. */
const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;

/** Null where an agreement cannot be told again from its record, to the letter. */
function fit({ agreement, source, syncedAt }: AgreementOnFile): typeof unfit | null {
  const { priceAgreementId, scope, currency, unitOfMeasure, updatedAt } = agreement;
  const [minimumPlaces, pricePlaces] = [placesOf(agreement.minimumQuantity), placesOf(agreement.unitPrice)];
  if (minimumPlaces === NOT_SMALL || minimumPlaces > MILLIONTH_PLACES || pricePlaces === NOT_SMALL) return null;
  const [minimum, unitPrice] = [millionths(agreement.minimumQuantity), unitsOf(agreement.unitPrice)];
  const [validFrom, validTo] = [dayNumber(agreement.validFrom), endNumber(agreement.validTo)];
  const [updatedAtMs, syncedAtMs] = [toldMs(updatedAt), agesMs(syncedAt.getTime())];
  const isTold =
    ownsAsItSays(agreement) &&
    [minimum, validFrom, validTo, updatedAtMs, syncedAtMs].every((value) => value >= 0) &&
    writeUnits(unitPrice, pricePlaces) === agreement.unitPrice &&
    unitPrice >= 0 &&
    writeMinimum(minimum, minimumPlaces) === agreement.minimumQuantity &&
    [priceAgreementId, currency, unitOfMeasure, source].every((word) => PLAIN.test(word));
  const shape = scopes.indexOf(scope) | (pricePlaces << 2) | (minimumPlaces << 6);
  return isTold ? { minimum, unitPrice, updatedAtMs, syncedAtMs, validFrom, validTo, shape } : null;
}

/** Whose it is and nobody else's: a record is found by its owner, and says nothing else of him. */
function ownsAsItSays({ scope, customerNumber, customerGroup }: PriceAgreement): boolean {
  const [isCustomers, isGroups] = [scope === "customer", scope === "customer-group"];
  return (customerNumber !== undefined) === isCustomers && (customerGroup !== undefined) === isGroups;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;
/** 2025-01-31 is 20250131: days in their order. NaN for what is no such day. */
export const dayNumber = (day: string): number =>
  DAY.test(day) ? Number(day.slice(0, 4) + day.slice(5, 7) + day.slice(8)) : Number.NaN;
function endNumber(day: string | undefined): number {
  if (day === undefined) return NO_END;
  const told = dayNumber(day);
  return told === NO_END ? Number.NaN : told;
}
export const hasEnd = (validTo: number): boolean => validTo !== NO_END;

const LAST_MS = Date.UTC(9999, 11, 31);
const agesMs = (ms: number): number => (Number.isInteger(ms) && ms >= 0 && ms < LAST_MS ? ms : Number.NaN);

/** What came together was written together: the same few instants come again and again. */
const instants = twoGenerations<string, number>(1_000);
function toldMs(instant: string): number {
  const known = instants.get(instant);
  if (known !== undefined) return known;
  const ms = agesMs(Date.parse(instant));
  const told = Number.isNaN(ms) || new Date(ms).toISOString() !== instant ? Number.NaN : ms;
  instants.set(instant, told);
  return told;
}

const writeMinimum = (minimum: number, places: number): string =>
  writeUnits(Math.round(minimum / powerOf(MILLIONTH_PLACES - places)), places);

export function dayText(day: number): string {
  const digits = String(day).padStart(8, "0");
  return `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`;
}

/** Whose it is, which no record says. */
export interface Belonging {
  readonly sku: string;
  readonly scope: PriceAgreement["scope"];
  /** The customer's number or the group; nothing for the list. */
  readonly owner: string;
}

/** An agreement as it came. */
export function readRecord(records: Records, record: number, { sku, scope, owner }: Belonging): AgreementOnFile {
  const kept = records.unusual.get(record);
  if (kept) return kept;
  const shape = wholeAt(records, record, whole.shape);
  const validTo = wholeAt(records, record, whole.validTo);
  const { words, ids } = records;
  return {
    agreement: {
      priceAgreementId: ids[record] ?? "",
      sku,
      scope,
      ...(scope === "customer" ? { customerNumber: owner } : {}),
      ...(scope === "customer-group" ? { customerGroup: owner } : {}),
      currency: words.at(wholeAt(records, record, whole.currency)),
      unitOfMeasure: words.at(wholeAt(records, record, whole.unit)),
      minimumQuantity: writeMinimum(numberAt(records, record, number.minimum), minimumPlacesOf(shape)),
      unitPrice: writeUnits(numberAt(records, record, number.unitPrice), pricePlacesOf(shape)),
      validFrom: dayText(wholeAt(records, record, whole.validFrom)),
      ...(hasEnd(validTo) ? { validTo: dayText(validTo) } : {}),
      updatedAt: new Date(numberAt(records, record, number.updatedAtMs)).toISOString(),
    },
    source: words.at(wholeAt(records, record, whole.system)),
    syncedAt: new Date(numberAt(records, record, number.syncedAtMs)),
  };
}
