import fc from "fast-check";
import { createReferenceSync } from "#processes";
import { silentLog } from "#platform";
import type { Erp } from "#systems";
import { branches, items } from "../catalog.ts";
import type { Node, Trade } from "../trade.ts";
import { kind } from "./action.ts";
import { anyWay, hear } from "./stock.ts";

const positions = Object.keys(items).flatMap((sku) => branches.map((branch) => ({ sku, branch })));

/** The hub reads what the ERP states to its end, as it does every few minutes, each branch as a page. */
async function readStock(trade: Trade, { database, eventLog, ids }: Node): Promise<string> {
  const { world, owner, now, model } = trade;
  if (world.erp.down) return "the ERP is not to be read";
  const sequence = owner.sequence();
  const readPage: Erp["readStock"] = (since) => {
    const page = Number(since ?? 0);
    const own = positions.filter(({ branch }) => branch === branches[page % branches.length]);
    const documents = own.map(({ sku, branch }) => owner.levelOf(sku, branch, sequence));
    return Promise.resolve({ documents, cursor: String(page + 1), complete: (page + 1) % branches.length === 0 });
  };
  const erp = world.systems.erp();
  const sync = createReferenceSync({
    database,
    eventLog,
    ids,
    clock: { now, sleep: () => Promise.resolve() },
    erp: { ...erp, connector: { ...erp.connector, readStock: readPage } },
    log: silentLog,
  });
  const heardAt = now();
  for (const { failure } of await sync.synchronise(new AbortController().signal))
    if (failure !== null) trade.violations.push(`the ERP's stock was not read to its end: ${failure}`);
  model?.levelsTold(positions.map((position) => ({ ...position, sequence })));
  model?.stockHeard(heardAt);
  return `the ERP's stock is read as of entry ${sequence}`;
}

const DAY_MS = 24 * 3_600_000;

/**
 * Every shelf where something was not found is counted before the day is over; its owner takes it off his books, of which the hub hears at once or later.
 * From then on what he states is believed again.
 */
export const days = (weight: number) =>
  kind(weight, fc.record({ way: anyWay, isRead: fc.boolean() }), async (trade, node, { way, isRead }) => {
    const counted = trade.owner.counts();
    const heard = counted.length === 0 ? "" : `, ${await hear(trade, node, counted, way)}`;
    // What was not found meanwhile is counted as well, and not told of yet.
    trade.owner.counts();
    await trade.timeGoesOn(DAY_MS);
    const read = isRead ? `; ${await readStock(trade, node)}` : "";
    const words = counted.map(({ sku, branch, quantity }) => `${quantity} ${sku} at ${branch}`).join(", ");
    return `a day goes by, shelves are counted (${words || "all as it should be"})${heard}${read}`;
  });
