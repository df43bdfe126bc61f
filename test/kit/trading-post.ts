import { randomBytes } from "node:crypto";
import type { Customer, LoggedEvent, PriceAgreement, Product } from "#contracts";
import {
  applyBranches,
  applyCustomers,
  applyPrices,
  applyProducts,
  applyStock,
  createOrderIntake,
  fillBackorders,
  type IntakePolicies,
  type ReferenceSource,
  type StockOutlookSource,
  type StockLevel,
} from "#domains";
import { createEventLog, readEvents } from "#events";
import { createIds, turnableClock, type Database } from "#platform";
import { sampleAddress } from "./sample-trade.ts";

/** What a trade knows at the start of a test. Prices and stock are given as the trade would note them on a card. */
export interface TradingStock {
  readonly customers?: readonly Customer[];
  readonly products?: readonly Product[];
  readonly prices?: readonly PriceAgreement[];
  /** `{ ATL: { "PVC-90-050": "100" } }`: on hand. */
  readonly onHand?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly inbound?: Readonly<Record<string, StockLevel["inbound"]>>;
}

const source = "erp";
const policies: IntakePolicies = { price: { tolerancePercent: "1", above: "accept", below: "hold" } };

/** A database with branches ATL, DFW and ORD, what the trade knows, an event log and an intake: the ground of most tests of the domains. */
export function tradingPost(database: Database) {
  const clock = turnableClock();
  const ids = createIds(clock, randomBytes);
  const eventLog = createEventLog({ clock, ids, source: "crossdock", routes: [] });
  let sequence = 0;
  const newIntake = (different: Partial<IntakePolicies> = {}) =>
    createOrderIntake({ database, eventLog, ids, clock, policies: { ...policies, ...different } });

  /** One that judges by a book, or plans by an outlook, instead of reading the database for each list; or has a database that is in nobody else's hands. */
  const newIntakeBy = (sources: {
    readonly reference?: ReferenceSource;
    readonly outlook?: StockOutlookSource;
    readonly database?: Database;
  }) => createOrderIntake({ database, eventLog, ids, clock, policies, ...sources });

  /** As the stock feed does it: who waits for what came is served in the same transaction. */
  async function setOnHand(sku: string, branch: string, onHand: string, more: Partial<StockLevel> = {}) {
    sequence += 1;
    const level = {
      sku,
      branch,
      onHand,
      safetyStock: "0",
      inbound: [],
      sequence: String(sequence),
      asOf: clock.now().toISOString(),
      ...more,
    };
    return database.transaction(async (tx) => {
      const applied = await applyStock(tx, [level], { source, now: clock.now() });
      await eventLog.append(tx, [...applied.events, ...(await fillBackorders(tx, applied.risen))]);
      return applied;
    });
  }

  async function stock({
    customers = [],
    products = [],
    prices = [],
    onHand = {},
    inbound = {},
  }: TradingStock): Promise<void> {
    const now = clock.now();
    await database.transaction(async (tx) => {
      const branches = ["ATL", "DFW", "ORD"].map((branch, index) => ({
        branch,
        name: branch,
        warehouse: "wms",
        address: sampleAddress,
        sourcingRank: index + 1,
      }));
      await applyBranches(tx, branches);
      await applyCustomers(tx, customers, { source, now });
      await applyProducts(tx, products, { source, now });
      await applyPrices(tx, prices, { source, now });
    });
    for (const [branch, items] of Object.entries(onHand)) {
      for (const [sku, quantity] of Object.entries(items))
        await setOnHand(sku, branch, quantity, { inbound: inbound[sku] ?? [] });
    }
  }

  async function eventsOf(correlationId: string): Promise<readonly LoggedEvent[]> {
    return (await readEvents(database, { after: null, limit: 1000, correlationId })).events;
  }

  return { clock, ids, eventLog, intake: newIntake(), newIntake, newIntakeBy, stock, setOnHand, eventsOf };
}
