import type { Database, Queryable, Transaction } from "#platform";
import { readPositionChanges } from "../changes/position-changes.ts";
import { endOfChanges } from "../changes/read-changes.ts";
import type { ChannelFigure } from "./availability-for.ts";

/** How far a channel's changes were read. Each write gives `sequence` a higher number, and is made only on the number that was read. */
export interface Publication {
  readonly channel: string;
  readonly cursor: string | null;
  readonly rules: string | null;
  readonly sequence: number;
}

interface StoredPublication extends Publication {
  /** A batch is on its way, from this node or another. */
  readonly isSending: boolean;
}

/** Opens the channel's where there is none yet. */
async function readPublication(database: Queryable, channel: string, now: Date): Promise<StoredPublication> {
  const read = () =>
    database.query<StoredPublication>(
      `select channel, cursor, rules, sequence::float8 as sequence, coalesce(sending_until > $2, false) as "isSending"
         from channel_publications where channel = $1`,
      [channel, now],
    );
  const [known] = await read();
  if (known) return known;
  await database.query("insert into channel_publications (channel) values ($1) on conflict do nothing", [channel]);
  const [opened] = await read();
  if (!opened) throw new Error(`The publication of ${channel} is gone as soon as it is opened.`);
  return opened;
}

/** Writes on, where nobody has since the publication was read; else nothing is written and the answer is null. */
const writeOn = (
  database: Database,
  publication: Publication,
  write: (tx: Transaction) => Promise<unknown>,
): Promise<Publication | null> =>
  database.transaction(async (tx) => {
    const [written] = await tx.query<Publication>(
      `update channel_publications set sequence = sequence + 1 where channel = $1 and sequence = $2
       returning channel, cursor, rules, sequence::float8 as sequence`,
      [publication.channel, publication.sequence],
    );
    if (!written) return null;
    await write(tx);
    return written;
  });

/** Everything there is, or was told, since nobody knows what of it changed. */
const noteAll = (database: Database, publication: Publication, rules: string, now: Date): Promise<Publication | null> =>
  writeOn(database, publication, async (tx) => {
    const { channel } = publication;
    const cursor = await endOfChanges(tx);
    await tx.query(
      `insert into channel_dues (channel, sku, since)
       select $1, sku, $2 from (
         select sku from inventory_positions union select sku from channel_figures where channel = $1) every
       on conflict do nothing`,
      [channel, now],
    );
    await tx.query("update channel_publications set cursor = $2, rules = $3 where channel = $1", [
      channel,
      cursor,
      rules,
    ]);
  });

/**
 * Reads what changed and notes it as due, each item once, with the time of its oldest change. Done whether the channel can be told or not, so
 * that what waits is one row an item and no purged change is missed. Answers the publication as it stands then; null: another node has it in
 * hand.
 */
export async function noteChanges(
  database: Database,
  channel: string,
  rules: string,
  now: Date,
): Promise<Publication | null> {
  const publication = await readPublication(database, channel, now);
  if (publication.isSending) return null;
  if (publication.cursor === null || publication.rules !== rules) return noteAll(database, publication, rules, now);
  const { positions, since, cursor, hasGap } = await readPositionChanges(database, publication.cursor);
  if (hasGap) return noteAll(database, publication, rules, now);
  if (since === null) return publication;
  return writeOn(database, publication, async (tx) => {
    await tx.query(
      `insert into channel_dues (channel, sku, since)
       select $1, sku, $3 from (select distinct jsonb_array_elements_text($2::jsonb) as sku) changed
       on conflict do nothing`,
      [channel, JSON.stringify(positions.map(({ sku }) => sku)), since],
    );
    await tx.query("update channel_publications set cursor = $2 where channel = $1", [channel, cursor]);
  });
}

export interface DueItem {
  readonly sku: string;
  /** What the channel was told last; null: nothing ever. */
  readonly told: string | null;
}

/** The items that have waited longest. */
export const readDues = (database: Queryable, channel: string, limit: number): Promise<readonly DueItem[]> =>
  database.query<DueItem>(
    `select d.sku, trim_scale(f.available)::text as told
       from channel_dues d left join channel_figures f on f.channel = d.channel and f.sku = d.sku
      where d.channel = $1 order by d.since, d.sku limit $2`,
    [channel, limit],
  );

/**
 * Numbers a batch before it is sent, and keeps other nodes away until it is settled, given up, or counts as lost; null: another node was
 * quicker. Numbers grow with time too, so that a hub whose database began anew does not count below what the channel has heard.
 */
export async function claimBatch(
  database: Queryable,
  publication: Publication,
  { now, until }: { readonly now: Date; readonly until: Date },
): Promise<Publication | null> {
  const { channel, sequence } = publication;
  const [claimed] = await database.query<{ sequence: number }>(
    `update channel_publications set sequence = greatest(sequence + 1, $3::bigint), sending_until = $4
      where channel = $1 and sequence = $2 returning sequence::float8 as sequence`,
    [channel, sequence, now.getTime(), until],
  );
  return claimed ? { ...publication, sequence: claimed.sequence } : null;
}

export interface Settled {
  /** No longer due. */
  readonly skus: readonly string[];
  /** What of these the channel was told now. */
  readonly told: readonly ChannelFigure[];
}

/** What was due has been seen to. Where another node has gone on meanwhile, it is left to that one. */
export async function settleDues(
  database: Database,
  publication: Publication,
  { skus, told }: Settled,
  now: Date,
): Promise<void> {
  const { channel } = publication;
  await writeOn(database, publication, async (tx) => {
    await tx.query(
      `insert into channel_figures (channel, sku, available)
       select $1, sku, available from jsonb_to_recordset($2::jsonb) as t(sku text, available numeric)
       on conflict (channel, sku) do update set available = excluded.available`,
      [channel, JSON.stringify(told)],
    );
    await tx.query(
      "delete from channel_dues where channel = $1 and sku in (select jsonb_array_elements_text($2::jsonb))",
      [channel, JSON.stringify(skus)],
    );
    await tx.query(
      `update channel_publications set failure = null, sending_until = null, told_at = coalesce($2, told_at)
        where channel = $1`,
      [channel, told.length > 0 ? now : null],
    );
  });
}

/** The batch was not taken: what is in it stays due. Null: it was not even sent, and that is no failure. */
export async function giveUpBatch(
  database: Queryable,
  { channel, sequence }: Publication,
  failure: string | null,
): Promise<void> {
  await database.query(
    `update channel_publications set failure = coalesce($3, failure), sending_until = null, sequence = sequence + 1
      where channel = $1 and sequence = $2`,
    [channel, sequence, failure],
  );
}
