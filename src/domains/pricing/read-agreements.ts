import type { PriceAgreement } from "#contracts";
import type { Queryable } from "#platform";
import { textArraySql } from "../built-documents.ts";
import { betweenBlocks, milliseconds, readByBlocks, sharedTimes, type SharedTimes } from "../read-by-blocks.ts";

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
           p.minimum_quantity::text, p.unit_price::text, p.valid_from, p.valid_to, ${milliseconds("p.updated_at")}, p.source,
           ${milliseconds("p.synced_at")})), '[]') as page
    from ${from} p`;

async function readFiles(
  database: Queryable,
  from: string,
  parameters: readonly unknown[],
): Promise<readonly AgreementOnFile[]> {
  const [read] = await database.query<{ page: readonly Row[] }>(selectAgreements(from), parameters);
  const times = sharedTimes();
  return (read?.page ?? []).map((row) => toFile(row, times));
}

function toFile(row: Row, times: SharedTimes): AgreementOnFile {
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

/** All agreements there are. */
export const readAllAgreements = (
  database: Queryable,
  take: (files: readonly AgreementOnFile[]) => void,
): Promise<void> =>
  readByBlocks(database, "price_agreements", async (places) =>
    take(await readFiles(database, betweenBlocks("price_agreements"), places)),
  );

export const findAgreements = (database: Queryable, priceAgreementIds: readonly string[]) =>
  readFiles(database, `(select * from price_agreements where price_agreement_id = any(${textArraySql("$1::jsonb")}))`, [
    JSON.stringify(priceAgreementIds),
  ]);

/** Those of some items, whoever's they are. */
export const findAgreementsOf = (database: Queryable, skus: readonly string[]) =>
  readFiles(database, `(select * from price_agreements where sku = any(${textArraySql("$1::jsonb")}))`, [
    JSON.stringify(skus),
  ]);
