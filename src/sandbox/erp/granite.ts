import type { FastifyReply } from "fastify";
import { Type } from "typebox";
import { sandboxEntry, type SandboxEntry, type SandboxPremises } from "../entry.ts";
import type { CounterpartyDescription, Routes } from "../kernel/counterparty.ts";
import type { Change, Desk } from "../kernel/desk.ts";
import { recall } from "../kernel/idempotency.ts";
import type { Effect } from "../kernel/ledger.ts";
import { dayOf } from "../data/calendar.ts";
import type { SandboxData } from "../data/sandbox-data.ts";
import { GoodsIssuing, openBackOffice } from "./back-office.ts";
import { keepBooks, openBooks, parseFact, type Books, type Fact, type PostedInvoice } from "./books.ts";
import { cancelOrder, openOrder, postInvoice, type Refusal } from "./order-desk.ts";
import { renderInvoice, renderOrder } from "./rendering.ts";
import { FeedFault, serveFeeds, type FeedFaults } from "./serve-feeds.ts";
import { CancelRequest, complaint, InvoiceRequest, OrderRequest, root } from "./words.ts";

type ErpDesk = Desk<Books, Fact>;

const dayMs = 86_400_000;

const refusalBody = ({ code, message }: Refusal) => ({ Err: { Code: code, Msg: message } });

const apiKey = "granite-sandbox-key";
export const graniteEntry = ({ data }: SandboxPremises): SandboxEntry =>
  sandboxEntry(graniteErp({ data, apiKey }), { apiKey });

/** Granite ERP: the distributor's system of record for customers, items, prices, stock, orders and invoices. */
export function graniteErp(options: {
  readonly data: SandboxData;
  readonly apiKey: string;
}): CounterpartyDescription<Books, Fact> {
  const faults: FeedFaults = { fault: "none", count: 0 };
  const issuing: GoodsIssuing = { postAfterMs: 0 };
  return {
    code: "granite",
    title: "Granite ERP",
    wording: {
      complaint,
      refusal: (reason) => ({ status: 422, body: refusalBody({ code: "REFUSED", message: reason }) }),
    },
    keepAnswersMs: dayMs,
    authenticate: (request) => request.headers["x-api-key"] === options.apiKey,
    initial: () => openBooks(options.data),
    parseFact,
    evolve: keepBooks,
    routes(vendor, desk) {
      vendor.get(`${root}/company`, () => ({ Company: "Crossdock Supply", Curr: "USD" }));
      serveFeeds(vendor, desk, faults);
      serveOrders(vendor, desk);
      serveInvoices(vendor, desk, issuing);
    },
    controls(control, desk) {
      openBackOffice(control, desk);
      control.post("/feeds", { schema: { body: FeedFault } }, (request) => Object.assign(faults, request.body));
      control.post("/goods-issue", { schema: { body: GoodsIssuing } }, (request) =>
        Object.assign(issuing, request.body),
      );
      control.post("/post-goods", () => {
        const facts = [...desk.state.invoices.values()].flatMap((posted) => goodsStillOn(desk.state, posted));
        desk.commit({ facts });
        return { posted: facts.length };
      });
    },
    timers: {
      "issue-goods": (invoiceNumber, { state }) => ({ facts: goodsStillOn(state, state.invoices.get(invoiceNumber)) }),
    },
  };
}

/** Answers a write: as before for a key seen before, with a refusal, or by doing it. Keys are honoured for a day. */
function doOnce(
  desk: ErpDesk,
  request: { readonly headers: Readonly<Record<string, unknown>>; readonly url: string; readonly body: unknown },
  reply: FastifyReply,
  act: () => { readonly refusal: Refusal } | { readonly change: Change<Fact>; readonly answer: object },
): FastifyReply {
  const key = request.headers["x-request-id"];
  const recalled = typeof key === "string" ? recall(desk, key, [request.url, request.body]) : undefined;
  if (recalled?.outcome === "again") return reply.code(recalled.status).type("application/json").send(recalled.body);
  if (recalled?.outcome === "other-content") {
    return reply.code(409).send(complaint(409, "This X-Request-Id came with another request before."));
  }
  const acted = act();
  if ("refusal" in acted) {
    const notThere = acted.refusal.code === "ORD-UNKNOWN";
    return reply.code(notThere ? 404 : 422).send(refusalBody(acted.refusal));
  }
  const { change, answer } = acted;
  // In one line of the journal: killed in between, it would do it again for the same key.
  desk.commit({ ...change, ...(recalled !== undefined && { answer: recalled.remember(201, answer) }) });
  return reply.code(201).send(answer);
}

const ByReference = Type.Object({ ExtRef: Type.String({ minLength: 1 }) });
const ByOrder = Type.Object({ OrdNo: Type.String() });

function serveOrders(vendor: Routes, desk: ErpDesk): void {
  vendor.get(`${root}/orders`, { schema: { querystring: ByReference } }, (request) => ({
    Rows: (desk.state.ordersByReference.get(request.query.ExtRef) ?? []).map(renderOrder),
  }));

  vendor.post(`${root}/orders`, { schema: { body: OrderRequest } }, (request, reply) =>
    doOnce(desk, request, reply, () => {
      const decided = openOrder(desk.state, request.body);
      if ("refusal" in decided) return decided;
      const { orderNumber } = decided.fact;
      const effect = { operation: "create-sales-order", reference: request.body.ExtRef, detail: { orderNumber } };
      return {
        change: { facts: [decided.fact], effects: [effect] },
        answer: { OrdNo: orderNumber, ExtRef: request.body.ExtRef, Stat: "OPEN" },
      };
    }),
  );

  vendor.post(`${root}/orders/:OrdNo/cancel`, { schema: { params: ByOrder, body: CancelRequest } }, (request, reply) =>
    doOnce(desk, request, reply, () => {
      const { OrdNo } = request.params;
      const decided = cancelOrder(desk.state, OrdNo, request.body);
      if ("refusal" in decided) return decided;
      const reference = desk.state.orders.get(OrdNo)?.request.ExtRef ?? OrdNo;
      const { lines } = decided.fact;
      return {
        change:
          lines.length === 0 ? {} : { facts: [decided.fact], effects: [cancelEffect(reference, request.body, lines)] },
        answer: { OrdNo, Lines: String(lines.length) },
      };
    }),
  );
}

function cancelEffect(
  reference: string,
  request: CancelRequest,
  lines: readonly { readonly lineNumber: string; readonly quantity: string }[],
): Effect {
  if (request.Lines === undefined) return { operation: "cancel-sales-order", reference, undoes: "create-sales-order" };
  const what = lines.map(({ lineNumber, quantity }) => `${lineNumber}:${quantity}`).join(",");
  return { operation: "cancel-order-lines", reference: `${reference} ${what}` };
}

/** What an invoice takes off the stock, unless it has. */
function goodsStillOn({ stock }: Books, posted: PostedInvoice | undefined): Fact[] {
  if (posted?.invoice.Goods === undefined || stock.issues.has(posted.invoice.ShipRef)) return [];
  return [{ kind: "goods-issued", shipmentReference: posted.invoice.ShipRef, goods: posted.invoice.Goods }];
}

function serveInvoices(vendor: Routes, desk: ErpDesk, issuing: GoodsIssuing): void {
  vendor.get(`${root}/invoices`, { schema: { querystring: ByReference } }, (request) => ({
    Rows: (desk.state.invoicesByReference.get(request.query.ExtRef) ?? []).map((posted) =>
      renderInvoice(posted, desk.state.stock.issues.get(posted.invoice.ShipRef)),
    ),
  }));

  vendor.post(`${root}/invoices`, { schema: { body: InvoiceRequest } }, (request, reply) =>
    doOnce(desk, request, reply, () => {
      const decided = postInvoice(desk.state, request.body, dayOf(desk.now()));
      if ("refusal" in decided) return decided;
      const { fact } = decided;
      const effect = {
        operation: "post-invoice",
        reference: request.body.ShipRef,
        detail: { invoiceNumber: fact.invoiceNumber, totalAmount: fact.totalAmount },
      };
      const { postAfterMs } = issuing;
      if (postAfterMs > 0) {
        const timer = { name: "issue-goods", afterMs: postAfterMs, payload: fact.invoiceNumber };
        return {
          change: { facts: [fact], effects: [effect], timers: [timer] },
          answer: renderInvoice(fact, undefined),
        };
      }
      const issued = goodsStillOn(desk.state, fact);
      const issue = { sequence: desk.state.stock.nextSequence, at: desk.now().toISOString() };
      return {
        change: { facts: [fact, ...issued], effects: [effect] },
        answer: renderInvoice(fact, issued.length > 0 ? issue : undefined),
      };
    }),
  );
}
