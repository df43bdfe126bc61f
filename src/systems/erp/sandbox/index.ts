import { CallFailure } from "#platform";
import { Type } from "typebox";
import { isRefused, type Call, type ChangePage, type Erp } from "../../ports.ts";
import { answerOr, isNotFound } from "../../reading.ts";
import { fromCustomer, fromFeed, fromItem, fromMovement, fromPrice, fromStock } from "./feeds.ts";
import {
  fromInvoice,
  fromInvoices,
  fromOrder,
  fromOrders,
  fromRefusal,
  toCancellation,
  toInvoice,
  toOrder,
} from "./map.ts";

const Settings = Type.Object({ apiKey: Type.String({ title: "API key", minLength: 1, secret: true }) });
type GraniteCall = Call<typeof Settings>;

const root = "/granite/v3";

/** Granite ERP, the sandbox's system of record: change feeds by cursor, a key honoured for a day, look-up by our reference. */
export const granite = {
  kind: "erp",
  code: "granite",
  title: "Granite ERP",
  settings: Settings,
  limits: { timeoutMs: 10_000, concurrencyMax: 8, requestsPerSecondMax: 200 },
  resolves: { createSalesOrder: "look-up", cancelSalesOrder: "vendor-key", postInvoice: "look-up" },

  authorize: ({ apiKey }) => ({ "x-api-key": apiKey }),

  async verify({ http }) {
    await http.send({ operation: "verify", method: "GET", path: `${root}/company` });
  },

  readCustomers: (since, call) => readFeed("customers", since, call, fromCustomer),
  readProducts: (since, call) => readFeed("items", since, call, fromItem),
  readPrices: (since, call) => readFeed("prices", since, call, fromPrice),
  readStock: (since, call) => readFeed("stock", since, call, fromStock),
  readMovements: (since, call) => readFeed("movements", since, call, fromMovement),

  async createSalesOrder(order, call) {
    const before = call.maybeDone ? await findOrder(order.salesOrderId, call) : null;
    if (before !== null) return before;
    return answerOr(
      write("create-sales-order", `${root}/orders`, toOrder(order), call).then(fromOrder),
      (body) => fromRefusal(body).refusal,
    );
  },

  async cancelSalesOrder({ reference, erpOrderNumber, lines }, call) {
    const number = erpOrderNumber ?? (await findOrder(reference, call))?.erpOrderNumber;
    if (number === undefined) return { cancelled: true };
    const path = `${root}/orders/${encodeURIComponent(number)}/cancel`;
    const cancelled = write("cancel-sales-order", path, toCancellation(lines), call).then(
      () => ({ cancelled: true }) as const,
    );
    try {
      return await answerOr(cancelled, (body) => fromRefusal(body).refusal);
    } catch (failure) {
      // What it never had needs no cancelling.
      if (isNotFound(failure)) return { cancelled: true };
      throw failure;
    }
  },

  async postInvoice(invoice, call) {
    const before = call.maybeDone ? await findInvoice(invoice.reference, call) : null;
    if (before !== null) return before;
    const posted = await answerOr(
      write("post-invoice", `${root}/invoices`, toInvoice(invoice), call).then(fromInvoice),
      (body) => fromRefusal(body).refusal,
    );
    // "Billed already" may speak of this very invoice, posted by an attempt nobody remembers.
    return isRefused(posted) ? ((await findInvoice(invoice.reference, call)) ?? posted) : posted;
  },
} satisfies Erp<typeof Settings>;

async function readFeed<Document>(
  feed: string,
  since: string | null,
  call: GraniteCall,
  read: (row: unknown) => Document,
): Promise<ChangePage<Document>> {
  const query = { Count: "200", ...(since !== null && { After: since }) };
  try {
    const { body } = await call.http.send({
      operation: `read-${feed}`,
      method: "GET",
      path: `${root}/feeds/${feed}`,
      query,
    });
    return fromFeed(feed, since, body, read);
  } catch (failure) {
    // The feed was begun anew over there: our cursor means nothing any more, so everything is read again.
    const gone = failure instanceof CallFailure && failure.status === 410 && since !== null;
    if (gone) return readFeed(feed, null, call, read);
    throw failure;
  }
}

async function write(
  operation: string,
  path: string,
  body: object,
  { http, idempotencyKey }: GraniteCall,
): Promise<unknown> {
  const answer = await http.send({
    operation,
    method: "POST",
    path,
    body,
    headers: { "x-request-id": idempotencyKey },
  });
  return answer.body;
}

async function findOrder(reference: string, { http }: GraniteCall) {
  const query = { ExtRef: reference };
  return fromOrders(
    (await http.send({ operation: "find-sales-order", method: "GET", path: `${root}/orders`, query })).body,
  );
}

async function findInvoice(reference: string, { http }: GraniteCall) {
  const query = { ExtRef: reference };
  return fromInvoices(
    (await http.send({ operation: "find-invoice", method: "GET", path: `${root}/invoices`, query })).body,
  );
}
