import type { PriceAgreement } from "#contracts";
import type { Queryable } from "#platform";
import { textArraySql } from "../built-documents.ts";

/** An agreement as we know it: which system said so, and when we learnt of it. */
export interface AgreementOnFile {
  readonly agreement: PriceAgreement;
  readonly source: string;
  readonly syncedAt: Date;
}

type Row = readonly [
  priceAgreementId: string,
  sku: string,
  scope: PriceAgreement["scope"],
  customerNumber: string | null,
  customerGroup: string | null,
  currency: string,
  unitOfMeasure: string,
  minimumQuantity: string,
  unitPrice: string,
  validFrom: string,
  validTo: string | null,
  updatedAtMs: number,
  source: string,
  syncedAtMs: number,
];

/**
 * A whole page as one JSON of bare rows. There are hundreds of thousands: that is a third of the work of as many rows, and the reader of JSON
 * keeps equal short words (prices, dates, units) once.
 */
const selectAgreements = (from: string) => `
  select coalesce(json_agg(json_build_array(
           p.price_agreement_id, p.sku, p.scope, p.customer_number, p.customer_group, p.currency, p.unit_of_measure,
           p.minimum_quantity::text, p.unit_price::text, p.valid_from, p.valid_to, date_part('epoch', p.updated_at) * 1000, p.source,
           date_part('epoch', p.synced_at) * 1000)), '[]') as page
    from (${from}) p`;

async function readFiles(
  database: Queryable,
  from: string,
  parameters: readonly unknown[],
): Promise<readonly AgreementOnFile[]> {
  const [read] = await database.query<{ page: readonly Row[] }>(selectAgreements(from), parameters);
  const times = sharedTimes();
  return (read?.page ?? []).map((row) => toFile(row, times));
}

interface Times {
  date(ms: number): Date;
  instant(ms: number): string;
}

/** What came together was written together: one object a time serves a page. */
function sharedTimes(): Times {
  const known = new Map<number, { readonly date: Date; readonly instant: string }>();
  const timeOf = (ms: number) => {
    const time = known.get(ms);
    if (time) return time;
    const date = new Date(Math.round(ms));
    const made = { date, instant: date.toISOString() };
    known.set(ms, made);
    return made;
  };
  return { date: (ms) => timeOf(ms).date, instant: (ms) => timeOf(ms).instant };
}

function toFile(row: Row, times: Times): AgreementOnFile {
  const [
    priceAgreementId,
    sku,
    scope,
    customerNumber,
    customerGroup,
    currency,
    unitOfMeasure,
    minimumQuantity,
    unitPrice,
    validFrom,
    validTo,
    updatedAtMs,
    source,
    syncedAtMs,
  ] = row;
  return {
    agreement: {
      priceAgreementId,
      sku,
      scope,
      ...(customerNumber === null ? {} : { customerNumber }),
      ...(customerGroup === null ? {} : { customerGroup }),
      currency,
      unitOfMeasure,
      minimumQuantity,
      unitPrice,
      validFrom,
      ...(validTo === null ? {} : { validTo }),
      updatedAt: times.instant(updatedAtMs),
    },
    source,
    syncedAt: times.date(syncedAtMs),
  };
}

const BLOCKS_AT_ONCE = 128;
const READERS = 2;

/**
 * All agreements there are, in the order in which they lie on disk: no index is walked, and while one part is taken in the next is being read.
 * A row that moves meanwhile may be missed or come twice; who reads the changes since before he began learns of it.
 */
export async function readAllAgreements(
  database: Queryable,
  take: (files: readonly AgreementOnFile[]) => void,
): Promise<void> {
  const [size] = await database.query<{ blocks: number }>(
    "select (pg_relation_size('price_agreements') / current_setting('block_size')::int)::int as blocks",
  );
  const blocks = size?.blocks ?? 0;
  let next = 0;
  async function readOn(): Promise<void> {
    while (next < blocks) {
      const from = next;
      next += BLOCKS_AT_ONCE;
      take(await readFiles(database, betweenBlocks, [`(${from},0)`, `(${next},0)`]));
    }
  }
  await Promise.all(Array.from({ length: READERS }, readOn));
}
const betweenBlocks = "select * from price_agreements where ctid >= $1::tid and ctid < $2::tid";

export const findAgreements = (database: Queryable, priceAgreementIds: readonly string[]) =>
  readFiles(database, `select * from price_agreements where price_agreement_id = any(${textArraySql("$1::jsonb")})`, [
    JSON.stringify(priceAgreementIds),
  ]);

/** Those of some items, whoever's they are. */
export const findAgreementsOf = (database: Queryable, skus: readonly string[]) =>
  readFiles(database, `select * from price_agreements where sku = any(${textArraySql("$1::jsonb")})`, [
    JSON.stringify(skus),
  ]);
