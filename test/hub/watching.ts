import type { LoggedEvent, SalesOrder, Shipment } from "#contracts";
import type { Story } from "#observability";
import { systemClock } from "#platform";
import type { Api } from "./api.ts";

const LOOK_MS = 15;
const WITHIN_MS = 20_000;

/** What can be seen of an order, and waiting for it to be so. */
export function watchOver({ get }: Api) {
  const story = async (any: string): Promise<Story> =>
    (await get<Story>(`/v1/sales-orders/${encodeURIComponent(any)}/story`)).body;
  const salesOrder = async (salesOrderId: string): Promise<SalesOrder> =>
    (await get<SalesOrder>(`/v1/sales-orders/${salesOrderId}`)).body;
  const find = async (any: string): Promise<SalesOrder | undefined> =>
    (await get<{ salesOrders: SalesOrder[] }>(`/v1/sales-orders?any=${encodeURIComponent(any)}`)).body.salesOrders[0];
  const events = async (correlationId: string): Promise<readonly LoggedEvent[]> =>
    (await get<{ events: LoggedEvent[] }>(`/v1/events?limit=1000&correlationId=${correlationId}`)).body.events;

  async function told(salesOrderId: string): Promise<string> {
    const { stage, steps, waits } = await story(salesOrderId);
    const lines = steps.map(({ at, kind, sentence }) => `  ${at.slice(11, 23)} ${kind.padEnd(8)} ${sentence}`);
    const waiting = waits.map(({ what, why }) => `  waits for ${what}: ${why}`);
    return [`The order is ${stage}. Its story:`, ...lines, ...waiting].join("\n");
  }

  /** Looks until it finds something; fails with the story of the order it is about, so that the cause can be read. */
  async function until<Found>(
    what: string,
    salesOrderId: string | null,
    look: () => Promise<Found | null | undefined | false>,
    withinMs = WITHIN_MS,
  ): Promise<Found> {
    for (const end = Date.now() + withinMs; Date.now() < end;) {
      const found = await look();
      if (found !== null && found !== undefined && found !== false) return found;
      await systemClock.sleep(LOOK_MS);
    }
    throw new Error(`Within ${withinMs} ms, not: ${what}. ${salesOrderId ? await told(salesOrderId) : ""}`);
  }

  return {
    story,
    salesOrder,
    find,
    events,
    until,
    /** Resolves with the order once it has this status. */
    reaches: (salesOrderId: string, status: SalesOrder["status"]): Promise<SalesOrder> =>
      until(`the order is ${status}`, salesOrderId, async () => {
        const found = await salesOrder(salesOrderId);
        return found.status === status && found;
      }),
    /** Resolves with the data of the first event of this kind (`shipment.tendered`). */
    learns: <Data = Readonly<Record<string, unknown>>>(salesOrderId: string, kind: string): Promise<Data> =>
      until(`${kind} happened`, salesOrderId, async () => {
        const { correlationId } = await salesOrder(salesOrderId);
        return (await events(correlationId)).find(({ type }) => type === `${kind}.v1`)?.data as Data | undefined;
      }),
    /** An order that comes in by itself, by its number at the channel or the customer's. */
    arrives: (any: string): Promise<SalesOrder> => until(`${any} came in`, null, () => find(any)),
    async sentences(salesOrderId: string): Promise<string> {
      return (await story(salesOrderId)).steps.map(({ sentence }) => sentence).join("\n");
    },
    async shipments(salesOrderId: string): Promise<readonly Shipment[]> {
      const { correlationId } = await salesOrder(salesOrderId);
      const created = (await events(correlationId)).filter(({ type }) => type === "shipment.created.v1");
      const ids = created.map(({ data }) => (data as { shipmentId: string }).shipmentId);
      return Promise.all(ids.map(async (id) => (await get<Shipment>(`/v1/shipments/${id}`)).body));
    },
  };
}
