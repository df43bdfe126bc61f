import type { RateQuote, ShippingMode } from "#contracts";
import type { Queryable } from "#platform";
import { rowsOf } from "../sql.ts";

/** Goods alike enough that a carrier asks the same for them: from where, to where, how, and about how heavy. */
export interface RateLane {
  readonly mode: ShippingMode;
  readonly branch: string;
  readonly country: string;
  readonly postalCode: string;
  readonly weightLb: string;
}

/** The upper bound of the weight's band in pounds: a power of two, at least one. */
export const weightBandOf = (weightLb: string): number => 2 ** Math.ceil(Math.log2(Math.max(1, Number(weightLb))));

const keyOf = ({ mode, branch, country, postalCode, weightLb }: RateLane) => ({
  mode,
  branch,
  destination: `${country} ${postalCode.slice(0, 3)}`,
  weightBand: weightBandOf(weightLb),
});

/** Keeps what carriers asked, for the day one of them is silent. */
export async function rememberRates(
  database: Queryable,
  lane: RateLane,
  quotes: readonly RateQuote[],
  now: Date,
): Promise<void> {
  await rowsOf(
    database,
    `insert into carrier_rates (carrier, mode, branch, destination, weight_band, service, quote, quoted_at)
     select q ->> 'carrier', k.mode, k.branch, k.destination, k."weightBand", q ->> 'service', q, ($1::jsonb ->> 'now')::timestamptz
       from jsonb_to_record($1::jsonb -> 'lane') as k(mode text, branch text, destination text, "weightBand" integer),
            jsonb_array_elements($1::jsonb -> 'quotes') as q
      order by 1, 6
     on conflict (carrier, mode, branch, destination, weight_band, service)
     do update set quote = excluded.quote, quoted_at = excluded.quoted_at
      -- The same rate again is not worth a write, nor shipments of one lane waiting for each other.
      where carrier_rates.quote - 'quoteReference' <> excluded.quote - 'quoteReference'
         or carrier_rates.quoted_at < excluded.quoted_at - interval '1 hour'`,
    { lane: keyOf(lane), quotes, now },
  );
}

/** What these carriers last asked for such goods within 30 days, marked as last known and without the vendor's reference, which is spent. */
export async function lastKnownRates(
  database: Queryable,
  lane: RateLane,
  carriers: readonly string[],
  now: Date,
): Promise<readonly RateQuote[]> {
  const rows = await rowsOf<{ quote: RateQuote }>(
    database,
    `select r.quote - 'quoteReference' - 'deliversOn' || '{"age": "last-known"}' as quote
       from carrier_rates r, jsonb_to_record($1::jsonb -> 'lane') as k(mode text, branch text, destination text, "weightBand" integer)
      where r.mode = k.mode and r.branch = k.branch and r.destination = k.destination and r.weight_band = k."weightBand"
        and r.carrier in (select jsonb_array_elements_text($1::jsonb -> 'carriers'))
        and r.quoted_at > ($1::jsonb ->> 'now')::timestamptz - interval '30 days'
      order by r.carrier, r.service`,
    { lane: keyOf(lane), carriers, now },
  );
  return rows.map((row) => row.quote);
}
