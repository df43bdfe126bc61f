import { Type } from "typebox";
import type { HandlingUnit, RateQuote, SalesOrder, ShippingMode } from "#contracts";
import { CallFailure } from "#platform";
import type { SystemHandle, SystemsAtHand } from "#processes";
import type {
  AnyConnector,
  Call,
  Carrier,
  CarrierNews,
  Erp,
  InvoiceRequest,
  Storefront,
  TaxEngine,
  Warehouse,
  WarehouseNews,
  WarehouseRelease,
} from "#systems";

/**
 * The other side of every port, in memory: each system keeps what it was asked to do, and can be down, refuse, or be late. `down` closes its
 * lane as a breaker would, unless `downUnnoticed` leaves the lane open and lets the calls fail.
 */
interface Condition {
  down: boolean;
  downUnnoticed: boolean;
}

export interface FakeErp extends Condition {
  readonly orders: Map<
    string,
    {
      readonly order: SalesOrder;
      readonly erpOrderNumber: string;
      cancelled: boolean;
      readonly cancelledLines: { lineNumber: number; quantity: string }[];
    }
  >;
  readonly created: string[];
  readonly invoices: InvoiceRequest[];
  refuses: string | null;
  /** Numbers what happens to its stock; null: it tells no numbers. */
  nextStockSequence: (() => string) | null;
}
export interface FakeWarehouse extends Condition {
  readonly branch: string;
  readonly released: Map<string, WarehouseRelease>;
  readonly papers: Map<string, string>;
  readonly recalled: string[];
  refuses: string | null;
  recallRefused: string | null;
}
export interface FakeTax extends Condition {
  rate: number;
  /** Certificates it honors. */
  readonly honors: Set<string>;
  /** Those it was told of; null: of none. */
  readonly told: (string | null)[];
}
export interface FakeCarrier extends Condition {
  readonly code: string;
  readonly modes: readonly ShippingMode[];
  amount: string;
  transitDays: number;
  silentOnQuotes: boolean;
  refuses: { readonly reason: string; readonly address?: true } | null;
  /** The tender is taken and the answer is lost on the way. */
  losesAnswers: boolean;
  readonly tendered: string[];
  readonly voided: string[];
  /** What it answers when asked how far goods are. */
  readonly journey: CarrierNews[];
  asked: number;
}

const limits = { timeoutMs: 1_000, concurrencyMax: 10, requestsPerSecondMax: 1_000 };
const described = (code: string) => ({
  code,
  title: code,
  settings: Type.Object({}),
  limits,
  authorize: () => ({}),
  verify: () => Promise.resolve(),
});

const failure = (system: string, outcome: "not-done" | "unknown") =>
  new CallFailure("it does not answer.", { category: "unavailable", outcome, system, operation: "any" });

function check(system: string, condition: Condition): void {
  if (condition.down || condition.downUnnoticed) throw failure(system, "not-done");
}

function handleOf<Connector extends AnyConnector>(code: string, connector: Connector): SystemHandle<Connector> {
  return {
    code,
    connector,
    call: (options): Call => ({
      ...options,
      settings: {},
      http: {
        send() {
          throw new Error("These systems speak no HTTP.");
        },
      },
    }),
  };
}

function fakeErp(): { state: FakeErp; connector: Erp } {
  const state: FakeErp = {
    down: false,
    downUnnoticed: false,
    orders: new Map(),
    created: [],
    invoices: [],
    refuses: null,
    nextStockSequence: null,
  };
  const postings = new Map<string, { readonly stockSequence?: string; readonly postedAt?: string }>();
  const connector: Erp = {
    ...described("erp"),
    kind: "erp",
    resolves: { createSalesOrder: "look-up", cancelSalesOrder: "look-up", postInvoice: "look-up" },
    async createSalesOrder(order) {
      check("erp", state);
      if (state.refuses !== null) return { refused: state.refuses };
      const known = state.orders.get(order.salesOrderId);
      if (known) return { erpOrderNumber: known.erpOrderNumber };
      const erpOrderNumber = `E-${state.orders.size + 1}`;
      state.orders.set(order.salesOrderId, { order, erpOrderNumber, cancelled: false, cancelledLines: [] });
      state.created.push(order.salesOrderId);
      return { erpOrderNumber };
    },
    async cancelSalesOrder({ reference, lines }) {
      check("erp", state);
      const known = state.orders.get(reference);
      if (known && lines) known.cancelledLines.push(...lines);
      else if (known) known.cancelled = true;
      return { cancelled: true };
    },
    async postInvoice(invoice) {
      check("erp", state);
      if (!postings.has(invoice.reference)) {
        state.invoices.push(invoice);
        const stockSequence = state.nextStockSequence?.();
        postings.set(invoice.reference, stockSequence === undefined ? {} : { stockSequence });
      }
      const merchandise = invoice.lines.reduce((sum, line) => sum + Number(line.quantity) * Number(line.unitPrice), 0);
      const tax = invoice.lines.reduce((sum, line) => sum + Number(line.taxAmount), 0);
      return {
        invoiceNumber: `I-${state.invoices.length}`,
        merchandiseAmount: merchandise.toFixed(2),
        taxAmount: tax.toFixed(2),
        freightAmount: invoice.freightAmount,
        totalAmount: (merchandise + tax + Number(invoice.freightAmount)).toFixed(2),
        ...postings.get(invoice.reference),
      };
    },
  };
  return { state, connector };
}

function fakeWarehouse(branch: string): { state: FakeWarehouse; connector: Warehouse } {
  const code = `wms-${branch.toLowerCase()}`;
  const state: FakeWarehouse = {
    branch,
    down: false,
    downUnnoticed: false,
    released: new Map(),
    papers: new Map(),
    recalled: [],
    refuses: null,
    recallRefused: null,
  };
  const connector: Warehouse = {
    ...described(code),
    kind: "warehouse",
    resolves: { release: "look-up", recall: "look-up", sendDocuments: "look-up" },
    async release(work) {
      check(code, state);
      if (state.refuses !== null) return { refused: state.refuses };
      state.released.set(work.reference, work);
      return { warehouseReference: `W-${state.released.size}` };
    },
    async recall(reference) {
      check(code, state);
      if (state.recallRefused !== null) return { refused: state.recallRefused, kind: "too-late" };
      state.recalled.push(reference);
      return { recalled: true };
    },
    async sendDocuments(papers) {
      check(code, state);
      state.papers.set(papers.reference, `${papers.carrier} ${papers.trackingNumber} ${papers.documents.length}`);
      return { received: true };
    },
  };
  return { state, connector };
}

function fakeCarrier(
  code: string,
  amount: string,
  modes: readonly ShippingMode[],
): { state: FakeCarrier; connector: Carrier } {
  const state: FakeCarrier = {
    code,
    modes,
    down: false,
    downUnnoticed: false,
    amount,
    transitDays: 2,
    silentOnQuotes: false,
    refuses: null,
    losesAnswers: false,
    tendered: [],
    voided: [],
    journey: [],
    asked: 0,
  };
  const connector: Carrier = {
    ...described(code),
    kind: "carrier",
    modes,
    resolves: { tender: "look-up", voidTender: "look-up" },
    async quoteRates(tender) {
      if (state.silentOnQuotes) throw failure(code, "not-done");
      const quote: RateQuote = {
        carrier: code,
        service: "STD",
        serviceName: "Standard",
        mode: tender.mode,
        amount: state.amount,
        currency: tender.currency,
        transitDays: state.transitDays,
        age: "live",
      };
      return { quotes: [quote] };
    },
    async tender(tender, quote) {
      check(code, state);
      if (state.refuses)
        return { refused: state.refuses.reason, ...(state.refuses.address && { kind: "address" as const }) };
      state.tendered.push(`${tender.reference} to ${tender.shipTo.street1}`);
      if (state.losesAnswers) throw failure(code, "unknown");
      const number = `${code.toUpperCase()}${tender.reference.slice(-8)}`;
      const document = { kind: "label", format: "zpl", content: "^XA^XZ", encoding: "utf-8" } as const;
      return {
        ...(tender.mode === "ltl" ? { proNumber: number } : { trackingNumber: number }),
        amount: quote.amount,
        documents: [document],
      };
    },
    async track(number) {
      check(code, state);
      state.asked += 1;
      return state.journey.filter((news) => news.number === number);
    },
    async voidTender({ reference }) {
      check(code, state);
      state.voided.push(reference);
      return { voided: true };
    },
  };
  return { state, connector };
}

export interface World {
  readonly systems: SystemsAtHand;
  readonly erp: FakeErp;
  readonly tax: FakeTax;
  readonly shop: Condition & { readonly told: string[] };
  readonly atl: FakeWarehouse;
  readonly dal: FakeWarehouse;
  readonly anchor: FakeCarrier;
  readonly swift: FakeCarrier;
  readonly piedmont: FakeCarrier;
  /** Whether a system's lane takes work. */
  isUp(code: string): boolean;
}

export function createWorld(): World {
  const erp = fakeErp();
  const [atl, dal] = [fakeWarehouse("ATL"), fakeWarehouse("DAL")];
  const [anchor, swift, piedmont] = [
    fakeCarrier("anchor", "9.50", ["parcel"]),
    fakeCarrier("swift", "12.00", ["parcel"]),
    fakeCarrier("piedmont", "80.00", ["ltl"]),
  ];
  const tax: FakeTax = { down: false, downUnnoticed: false, rate: 0.1, honors: new Set(), told: [] };
  const shop = { down: false, downUnnoticed: false, told: [] as string[] };
  const taxEngine: TaxEngine = {
    ...described("tax"),
    kind: "tax",
    async calculate({ lines, exemptionCertificate = null }) {
      check("tax", tax);
      tax.told.push(exemptionCertificate);
      const rate = exemptionCertificate !== null && tax.honors.has(exemptionCertificate) ? 0 : tax.rate;
      return {
        lines: lines.map(({ lineNumber, amount }) => ({
          lineNumber,
          taxAmount: (Number(amount) * rate).toFixed(2),
          jurisdictions: ["GA"],
        })),
      };
    },
  };
  const storefront: Storefront = {
    ...described("web-shop"),
    kind: "storefront",
    resolves: { confirmShipment: "look-up", confirmCancellation: "look-up" },
    async confirmShipment({ carrier, trackingNumber, lines }) {
      check("web-shop", shop);
      shop.told.push(`shipped ${lines.map((line) => line.quantity).join("+")} by ${carrier} ${trackingNumber}`);
      return { confirmed: true };
    },
    async confirmCancellation({ reason }) {
      check("web-shop", shop);
      shop.told.push(`cancelled: ${reason}`);
      return { confirmed: true };
    },
  };
  const conditions = new Map<string, Condition>([
    ["erp", erp.state],
    ["tax", tax],
    ["web-shop", shop],
    ["wms-atl", atl.state],
    ["wms-dal", dal.state],
    ["anchor", anchor.state],
    ["swift", swift.state],
    ["piedmont", piedmont.state],
  ]);
  const warehouses = { ATL: handleOf("wms-atl", atl.connector), DAL: handleOf("wms-dal", dal.connector) };
  return {
    systems: {
      erp: () => handleOf("erp", erp.connector),
      warehouseOf: (branch) => (branch === "ATL" ? warehouses.ATL : warehouses.DAL),
      carriers: () => [anchor, swift, piedmont].map(({ state, connector }) => handleOf(state.code, connector)),
      tax: () => handleOf("tax", taxEngine),
      storefrontOf: (channel) => (channel === "web-shop" ? handleOf("web-shop", storefront) : null),
    },
    erp: erp.state,
    tax,
    shop,
    atl: atl.state,
    dal: dal.state,
    anchor: anchor.state,
    swift: swift.state,
    piedmont: piedmont.state,
    isUp: (code) => !(conditions.get(code)?.down ?? false),
  };
}

/** What a warehouse tells of its work, in order: picked, packed, shipped. `found` is how much of each line there was. */
export function newsOf(work: WarehouseRelease, news: WarehouseNews["news"], found?: string): WarehouseNews {
  const told = {
    messageId: `${work.reference} ${news}`,
    reference: work.reference,
    occurredAt: "2026-01-05T12:00:00Z",
  };
  const lines = work.lines.map(({ lineNumber, sku, quantity }) => ({ lineNumber, sku, quantity: found ?? quantity }));
  if (news === "picked") {
    const short = work.lines.map(({ quantity }, index) =>
      String(Number(quantity) - Number(lines[index]?.quantity ?? 0)),
    );
    return { ...told, news, lines: lines.map((line, index) => ({ ...line, quantityShort: short[index] ?? "0" })) };
  }
  if (news === "shipped") return { ...told, news, lines };
  const unit: HandlingUnit = {
    sscc: "006141411234567890",
    kind: "carton",
    weightLb: "12",
    lengthIn: "10",
    widthIn: "10",
    heightIn: "10",
    contents: lines,
  };
  return { ...told, news, handlingUnits: [unit] };
}
