import type { EventDraft } from "#contracts";
import {
  advanceFeed,
  applyCustomers,
  applyMovements,
  applyPrices,
  applyProducts,
  applyStock,
  fillBackorders,
  readFeed,
  readPositionsWaitedFor,
  recordFeedFailure,
  settleDueIssues,
  tellPosition,
  type Applied,
  type FillOptions,
  type NewsContext,
  type Position,
  type StockLevel,
} from "#domains";
import type { EventLog } from "#events";
import type { Clock, Database, Ids, Log, Transaction } from "#platform";
import type { Call, ChangePage, Erp } from "#systems";
import type { SystemHandle } from "./systems-at-hand.ts";

/** What one reading of a feed came to. */
export interface Synchronised {
  readonly entity: string;
  readonly received: number;
  readonly changed: number;
  readonly failure: string | null;
}

export interface ReferenceSync {
  /** Reads on from where each feed stands, to its end. A feed that fails is told and left for the next time; the others go on. */
  synchronise(signal: AbortSignal): Promise<readonly Synchronised[]>;
}

interface SyncOptions {
  readonly database: Database;
  readonly eventLog: EventLog;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly erp: SystemHandle<Erp>;
  readonly log: Log;
}

interface Taken {
  readonly received: number;
  readonly changed: number;
  readonly dropped: number;
  /** Kept, and contained in what was stated already. */
  readonly late?: number;
  readonly drafts: readonly EventDraft[];
  /** Where more can be promised than before. */
  readonly risen?: readonly Position[];
}

/** One kind of document: how a page of it is read, and what taking it in does. */
interface ReferenceFeed {
  readonly entity: string;
  readonly page: (
    since: string | null,
    call: Call,
  ) => Promise<{
    readonly cursor: string;
    readonly isComplete: boolean;
    readonly isEmpty: boolean;
    take(tx: Transaction, context: NewsContext): Promise<Taken>;
  }>;
  /** Read to its end when a page was read, and before that is taken: what the page has in it already. */
  readonly ahead?: ReferenceFeed;
}

const plainly = ({ received, changed, dropped, events }: Applied): Taken => ({
  received,
  changed,
  dropped,
  drafts: events,
});

function feedOf<Document>(
  entity: string,
  read: ((since: string | null, call: Call) => Promise<ChangePage<Document>>) | undefined,
  take: (tx: Transaction, documents: readonly Document[], context: NewsContext) => Promise<Taken>,
  ahead?: ReferenceFeed,
): readonly ReferenceFeed[] {
  if (!read) return [];
  const page: ReferenceFeed["page"] = async (since, call) => {
    const { documents, cursor, complete } = await read(since, call);
    return {
      cursor,
      isComplete: complete,
      isEmpty: documents.length === 0,
      take: (tx, context) => take(tx, documents, context),
    };
  };
  return [{ entity, page, ...(ahead && { ahead }) }];
}

/**
 * In this order, since prices name products and customers. A level goes behind the movements it contains, and among those behind the one that says
 * what was posted: else goods would be taken off twice, by the level and by us, until that one is read.
 */
function feedsOf(erp: Erp): readonly ReferenceFeed[] {
  const movementFeed = feedOf("stock-movements", erp.readMovements?.bind(erp), async (tx, movements, context) => {
    const applied = await applyMovements(tx, movements, context);
    return { ...plainly(applied), late: applied.late, risen: applied.risen };
  });
  const takeLevels = async (tx: Transaction, levels: readonly StockLevel[], context: NewsContext) => {
    const applied = await applyStock(tx, levels, context);
    return { ...plainly(applied), risen: applied.risen };
  };
  return [
    ...feedOf("customers", erp.readCustomers?.bind(erp), async (tx, documents, context) =>
      plainly(await applyCustomers(tx, documents, context)),
    ),
    ...feedOf("products", erp.readProducts?.bind(erp), async (tx, documents, context) =>
      plainly(await applyProducts(tx, documents, context)),
    ),
    ...feedOf("prices", erp.readPrices?.bind(erp), async (tx, documents, context) =>
      plainly(await applyPrices(tx, documents, context)),
    ),
    ...movementFeed,
    ...feedOf("stock", erp.readStock?.bind(erp), takeLevels, movementFeed[0]),
  ];
}

/** Keeps our copy of the ERP's customers, products, prices and stock. Each page commits with its cursor: none is lost, none taken twice. */
export function createReferenceSync({ database, eventLog, clock, ids, erp, log }: SyncOptions): ReferenceSync {
  const feeds = feedsOf(erp.connector);

  async function readOn({ entity, page, ahead }: ReferenceFeed, signal: AbortSignal): Promise<Synchronised> {
    let received = 0;
    let changed = 0;
    for (let isComplete = false; !isComplete && !signal.aborted;) {
      const { cursor } = await readFeed(database, erp.code, entity);
      const correlationId = `feed:${erp.code}:${entity}`;
      const call = erp.call({
        idempotencyKey: ids.next("key"),
        correlationId,
        attempt: 1,
        signal,
        maybeDone: false,
        now: clock.now(),
      });
      const next = await page(cursor, call);
      if (ahead && !next.isEmpty) await readIfItCan(ahead, signal);
      const place = { entity, cursor: next.cursor };
      const taken = await database.transaction((tx) => take(tx, next.take, place), { retries: 5 });
      if (taken.risen) await fill(taken.risen, {});
      received += taken.received;
      changed += taken.changed;
      isComplete = next.isComplete;
    }
    return { entity, received, changed, failure: null };
  }

  async function readIfItCan(feed: ReferenceFeed, signal: AbortSignal): Promise<Synchronised> {
    const { entity } = feed;
    const heardAt = clock.now();
    try {
      const read = await readOn(feed, signal);
      if (entity === "stock" && !signal.aborted) await settle(heardAt);
      return read;
    } catch (error) {
      const failure = error instanceof Error ? error.message : String(error);
      log.warn({ entity, err: error }, "A feed could not be read; it is tried again.");
      await recordFeedFailure(database, erp.code, entity, failure);
      return { entity, received: 0, changed: 0, failure };
    }
  }

  /** In a transaction of its own: it locks orders before positions, while taking stock locks positions only. */
  const fill = (positions: readonly Position[], options: FillOptions) =>
    database.transaction(async (tx) => eventLog.append(tx, await fillBackorders(tx, positions, options)), {
      retries: 5,
    });

  async function take(
    tx: Transaction,
    apply: (tx: Transaction, context: NewsContext) => Promise<Taken>,
    { entity, cursor }: { readonly entity: string; readonly cursor: string },
  ): Promise<Taken> {
    const now = clock.now();
    const taken = await apply(tx, { source: erp.code, now });
    await eventLog.append(tx, taken.drafts);
    const { received, changed, dropped, late = 0 } = taken;
    await advanceFeed(tx, { system: erp.code, entity, cursor, received, changed, dropped, late }, now);
    return taken;
  }

  /** The stock was read to its end at that time: what the ERP has surely taken off by then is off what it states. */
  async function settle(heardAt: Date): Promise<void> {
    const settled = await database.transaction(
      async (tx) => {
        const changed = await settleDueIssues(tx, { heardAt, now: clock.now() });
        const events = changed.map((position) => tellPosition(position, "shipment"));
        await eventLog.append(tx, events);
        return changed;
      },
      { retries: 5 },
    );
    const risen = settled.filter(({ hasRisen }) => hasRisen);
    if (risen.length > 0) await fill(risen, {});
  }

  return {
    async synchronise(signal) {
      const results: Synchronised[] = [];
      for (const feed of feeds) results.push(await readIfItCan(feed, signal));
      // Whoever was passed by when a node died between the stock and the filling is served now.
      const positions = await readPositionsWaitedFor(database);
      if (positions.length > 0) await fill(positions, { avoidRefusedBranches: true });
      return results;
    },
  };
}
