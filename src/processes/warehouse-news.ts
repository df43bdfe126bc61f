import { FulfillmentPacked, FulfillmentPicked, FulfillmentShipped, type EventDraft } from "#contracts";
import { readFulfillmentWork, shipmentIdOf, type FulfillmentWork } from "#domains";
import { compare, deriveId, type Queryable } from "#platform";
import type { WarehouseNews } from "#systems";
import type { Read } from "./carrier-news.ts";

/**
 * What a warehouse told, as facts. Their ids are derived from the warehouse's message, so that the log drops what it has. What we never
 * released there, or is more than we released, is answered as unmatched with the reason: law 8 takes no goods from nowhere.
 */
export async function warehouseNewsToEvents(
  database: Queryable,
  system: string,
  news: readonly WarehouseNews[],
): Promise<Read<WarehouseNews>> {
  const work = await readFulfillmentWork(database, [...new Set(news.map((one) => one.reference))]);
  const workOf = new Map(work.filter((one) => one.warehouse === system).map((one) => [one.fulfillmentOrderId, one]));
  const judged = news.map((one) => {
    const fulfillment = workOf.get(one.reference);
    const reason = fulfillment ? tooMuch(one, fulfillment) : `${system} has no work of ours under ${one.reference}.`;
    return { one, fulfillment, reason };
  });
  return {
    drafts: judged.flatMap(({ one, fulfillment, reason }) =>
      fulfillment && reason === null
        ? [{ ...toEvent(one, fulfillment), id: deriveId("evt", system, one.messageId) }]
        : [],
    ),
    unmatched: judged.flatMap(({ one, reason }) => (reason === null ? [] : [{ news: one, reason }])),
  };
}

function tooMuch(news: WarehouseNews, work: FulfillmentWork): string | null {
  if (news.news === "packed") return null;
  for (const line of news.lines) {
    const asked = work.lines.find((one) => one.lineNumber === line.lineNumber);
    if (!asked) return `Line ${line.lineNumber} was never released to ${work.warehouse}.`;
    if (compare(line.quantity, asked.quantity) > 0) {
      return `Line ${line.lineNumber}: ${line.quantity} ${news.news}, but ${asked.quantity} were released.`;
    }
  }
  return null;
}

function toEvent(news: WarehouseNews, work: FulfillmentWork): EventDraft {
  const { fulfillmentOrderId, salesOrderId, branch, channel } = work;
  const which = { fulfillmentOrderId, salesOrderId, branch };
  if (news.news === "picked")
    return FulfillmentPicked({ ...which, lines: news.lines.map((line) => ({ ...line })) }, work);
  if (news.news === "packed") return FulfillmentPacked({ ...which, handlingUnits: [...news.handlingUnits] }, work);
  const lines = news.lines.map((line) => ({ ...line }));
  return FulfillmentShipped(
    { ...which, shipmentId: shipmentIdOf(fulfillmentOrderId), channel, shippedAt: news.occurredAt, lines },
    work,
  );
}
