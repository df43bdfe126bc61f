import type { AnswerPen } from "../answer-pen.ts";

/** What an agreement says to who orders in one unit of an item sold in one way: all of a line but its item, its quantity and what they come to. */
export interface TermsKey {
  /** The rung's (`PriceLadders.stamp`): another as soon as the agreement is changed. */
  readonly stamp: number;
  /** Numbers: of the unit as a word, of the way the item is sold. */
  readonly unit: number;
  readonly soldAs: number;
}

/** Terms as they were written, so many of them, each until others need its place. They are found by all that they depend on, so that none is ever too old. */
export interface KeptTerms {
  /** Where they stand, or NOT_KEPT. */
  find(key: TermsKey): number;
  /** Of one ordered unit, in ten-thousandths. */
  unitPrice(place: number): number;
  write(pen: AnswerPen, place: number): void;
  /** What the pen wrote since. Very long terms are not kept. */
  keep(key: TermsKey, unitPrice: number, pen: AnswerPen, since: number): void;
}

export const NOT_KEPT = -1;
/** Units lie this far apart, so that all places are taken whatever their numbers are: stamps come one after the other. */
const UNIT_APART = 40_503;
const PLACES_AT_FIRST = 1_024;
const PLACES_MAX = 131_072;
/** In one piece with their key: whoever looks for them has the first of them at hand. */
const BYTES_EACH = 512;
const [NUMBERS_EACH, WHOLE_EACH] = [BYTES_EACH / 8, BYTES_EACH / 4];
const [STAMP, UNIT_PRICE] = [0, 1];
const [UNIT, SOLD_AS, LENGTH] = [4, 5, 6];
const TEXT_AT = 4;
const TEXT_MAX = BYTES_EACH - 8 * TEXT_AT;

function createPlaces(count: number) {
  const memory = new ArrayBuffer(count * BYTES_EACH);
  return { count, numbers: new Float64Array(memory), whole: new Int32Array(memory) };
}

/** 64 MB at most. No stamp is nought. */
export function createKeptTerms(): KeptTerms {
  let places = createPlaces(PLACES_AT_FIRST);
  let written = 0;

  /** Twice as many places, and all of them empty, whenever as many terms were written as there are places. */
  function makeRoom(): void {
    written += 1;
    if (written <= places.count || places.count === PLACES_MAX) return;
    places = createPlaces(places.count * 2);
    written = 1;
  }
  const placeOf = ({ stamp, unit }: TermsKey): number => (stamp + unit * UNIT_APART) % places.count;

  return {
    find(key) {
      const place = placeOf(key);
      const { numbers, whole } = places;
      const isKept =
        numbers[place * NUMBERS_EACH + STAMP] === key.stamp &&
        whole[place * WHOLE_EACH + UNIT] === key.unit &&
        whole[place * WHOLE_EACH + SOLD_AS] === key.soldAs;
      return isKept ? place : NOT_KEPT;
    },
    unitPrice: (place) => places.numbers[place * NUMBERS_EACH + UNIT_PRICE] ?? Number.NaN,
    write(pen, place) {
      pen.eights(places.numbers, place * NUMBERS_EACH + TEXT_AT, places.whole[place * WHOLE_EACH + LENGTH] ?? 0);
    },
    keep(key, unitPrice, pen, since) {
      const length = pen.written() - since;
      if (length > TEXT_MAX) return;
      makeRoom();
      const place = placeOf(key);
      const { numbers, whole } = places;
      numbers[place * NUMBERS_EACH + STAMP] = key.stamp;
      numbers[place * NUMBERS_EACH + UNIT_PRICE] = unitPrice;
      whole[place * WHOLE_EACH + UNIT] = key.unit;
      whole[place * WHOLE_EACH + SOLD_AS] = key.soldAs;
      whole[place * WHOLE_EACH + LENGTH] = length;
      pen.copyOut(since, numbers, place * NUMBERS_EACH + TEXT_AT);
    },
  };
}
