import type {
  Address,
  Fault,
  Customer,
  HandlingUnit,
  Milestone,
  PriceAgreement,
  Product,
  ProofOfDelivery,
  RateQuote,
  SalesOrder,
  SalesOrderDraft,
  ShippingDocument,
  ShippingMode,
} from "#contracts";
import type { HttpClient } from "#platform";
import type { Static, TSchema } from "typebox";

/** What one call may use. A connector opens no socket, reads no clock and touches no database of its own. */
export interface Call<Settings extends TSchema = TSchema> {
  readonly settings: Static<Settings>;
  /** Already rate-limited, timed out, traced and recorded. */
  readonly http: HttpClient;
  /** Derived from what the call is for; the same on every attempt. */
  readonly idempotencyKey: string;
  readonly correlationId: string;
  readonly signal: AbortSignal;
  /** True when an earlier attempt may have taken effect: look before writing where the vendor has no idempotency. */
  readonly maybeDone: boolean;
  readonly now: Date;
}

/** How "did the timed-out call happen?" is answered for a writing operation (law 2). */
export type Resolution = "vendor-key" | "look-up" | "compare-and-set" | "person";

/** A business refusal is an answer, not an error: the other side understood and said no. */
export interface Refused {
  readonly refused: string;
  /** What kind of no, where the process goes a different way for it. */
  readonly kind?: "address" | "too-late" | "not-served" | "other";
}
export type Answer<Accepted> = Accepted | Refused;
export const isRefused = (answer: object): answer is Refused => "refused" in answer;

/** One outside system, described as data. */
export interface Connector<Settings extends TSchema = TSchema> {
  /** What kind of connector: appears in tables, URLs and metrics. */
  readonly code: string;
  readonly title: string;
  /** Validated on save; drawn as a form. Secrets carry `secret: true` in their schema. */
  readonly settings: Settings;
  readonly limits: {
    readonly timeoutMs: number;
    readonly concurrencyMax: number;
    readonly requestsPerSecondMax: number;
  };
  /** How the credentials go with each request. */
  authorize(settings: Static<Settings>): Readonly<Record<string, string>>;
  /** Throws with a sentence that names the setting to correct. */
  verify(call: Call<Settings>): Promise<void>;
}

/** A page of changes; `cursor` is where the next read begins. `complete` false means: ask again at once. */
export interface ChangePage<Document> {
  readonly documents: readonly Document[];
  readonly cursor: string;
  readonly complete: boolean;
}

/** Stock as its owner states it. `sequence` grows with every change of the source, so late and repeated news is recognised. */
export interface StockLevel {
  readonly sku: string;
  readonly branch: string;
  readonly onHand: string;
  readonly safetyStock: string;
  readonly inbound: readonly { readonly expectedOn: string; readonly quantity: string }[];
  readonly sequence: string;
  readonly asOf: string;
}

/** One change of stock as its owner tells it. `sequence` is of the same row as those of its levels. */
export interface StockMovement {
  /** The source's own; the same again is a repeat. */
  readonly movementId: string;
  readonly sequence: string;
  readonly sku: string;
  readonly branch: string;
  /** Base units, signed: what leaves is negative. */
  readonly quantity: string;
  readonly kind: "receipt" | "issue" | "adjustment" | "transfer";
  /** Of goods we shipped: the shipment's reference, as `postInvoice` named it. */
  readonly reference?: string;
  readonly occurredAt: string;
}

export interface ErpSalesOrder {
  readonly erpOrderNumber: string;
}

export interface InvoiceRequest {
  /** Our id of the invoice; the ERP keeps it as its external reference. */
  readonly reference: string;
  readonly salesOrderReference: string;
  readonly erpOrderNumber: string;
  readonly customerNumber: string;
  readonly shipmentReference: string;
  /** What left, from where, in base units: what the ERP takes off its stock, under `shipmentReference`. The components of a kit, not the kit. */
  readonly goods: {
    readonly branch: string;
    readonly lines: readonly { readonly sku: string; readonly quantity: string }[];
  };
  readonly currency: string;
  readonly freightAmount: string;
  /** Quantity and price in the unit the line was ordered in, which is the one `createSalesOrder` named. */
  readonly lines: readonly {
    readonly lineNumber: number;
    readonly sku: string;
    readonly quantity: string;
    readonly unitPrice: string;
    readonly taxAmount: string;
  }[];
}
export interface PostedInvoice {
  readonly invoiceNumber: string;
  readonly merchandiseAmount: string;
  readonly taxAmount: string;
  readonly freightAmount: string;
  readonly totalAmount: string;
  readonly dueOn?: string;
  /** From this sequence of its stock on the goods are off it. Left out: the ERP does not tell, or has not taken them off yet. */
  readonly stockSequence?: string;
  /** When it took them off, or says it will. Left out: as of its answer, and the hub allows for the configured lag. */
  readonly postedAt?: string;
}

export interface Erp<Settings extends TSchema = TSchema> extends Connector<Settings> {
  readonly kind: "erp";
  readonly resolves: {
    readonly createSalesOrder: Resolution;
    readonly cancelSalesOrder: Resolution;
    readonly postInvoice: Resolution;
  };
  readCustomers?(since: string | null, call: Call<Settings>): Promise<ChangePage<Customer>>;
  readProducts?(since: string | null, call: Call<Settings>): Promise<ChangePage<Product>>;
  readPrices?(since: string | null, call: Call<Settings>): Promise<ChangePage<PriceAgreement>>;
  readStock?(since: string | null, call: Call<Settings>): Promise<ChangePage<StockLevel>>;
  readMovements?(since: string | null, call: Call<Settings>): Promise<ChangePage<StockMovement>>;
  createSalesOrder?(order: SalesOrder, call: Call<Settings>): Promise<Answer<ErpSalesOrder>>;
  /** Cancels the named quantities (in the unit ordered), or the whole order; done as well when the ERP never had it. */
  cancelSalesOrder?(
    order: {
      readonly reference: string;
      readonly erpOrderNumber?: string;
      readonly lines?: readonly { readonly lineNumber: number; readonly quantity: string }[];
    },
    call: Call<Settings>,
  ): Promise<Answer<{ readonly cancelled: true }>>;
  postInvoice?(invoice: InvoiceRequest, call: Call<Settings>): Promise<Answer<PostedInvoice>>;
}

export interface WarehouseRelease {
  readonly reference: string;
  readonly branch: string;
  readonly customerPurchaseOrder?: string;
  readonly shipTo: Address;
  /** Base units; the weight is of one of them. */
  readonly lines: readonly {
    readonly lineNumber: number;
    readonly sku: string;
    readonly quantity: string;
    readonly unitOfMeasure: string;
    readonly weightLb: string;
  }[];
}

/** What a warehouse tells us by itself. `messageId` is the sender's own, for dropping repeats. */
export type WarehouseNews = { readonly messageId: string; readonly reference: string; readonly occurredAt: string } & (
  | {
      readonly news: "picked";
      readonly lines: readonly {
        readonly lineNumber: number;
        readonly sku: string;
        readonly quantity: string;
        readonly quantityShort: string;
      }[];
    }
  | { readonly news: "packed"; readonly handlingUnits: readonly HandlingUnit[] }
  | {
      readonly news: "shipped";
      readonly lines: readonly { readonly lineNumber: number; readonly sku: string; readonly quantity: string }[];
    }
);

export interface Warehouse<Settings extends TSchema = TSchema> extends Connector<Settings> {
  readonly kind: "warehouse";
  readonly resolves: { readonly release: Resolution; readonly recall: Resolution; readonly sendDocuments: Resolution };
  release?(work: WarehouseRelease, call: Call<Settings>): Promise<Answer<{ readonly warehouseReference: string }>>;
  /** Refused with kind "too-late" once the goods are gone. Recalled also when the warehouse never had it. */
  recall?(reference: string, call: Call<Settings>): Promise<Answer<{ readonly recalled: true }>>;
  /** Gives the packers what to stick on and to hand to the driver; from then on they may ship. */
  sendDocuments?(
    papers: {
      readonly reference: string;
      readonly shipmentReference: string;
      readonly carrier: string;
      readonly trackingNumber: string;
      readonly documents: readonly ShippingDocument[];
    },
    call: Call<Settings>,
  ): Promise<Answer<{ readonly received: true }>>;
  /** Checks the signature, then reads. Throws CrossdockError "invalid-signature" or "invalid-document". */
  readNews?(message: InboundMessage, settings: Static<Settings>): readonly WarehouseNews[];
}

/** Goods looking for a carrier. Weight in pounds, size in inches. */
export interface ShipmentTender {
  readonly reference: string;
  readonly mode: ShippingMode;
  readonly shipFrom: Address;
  readonly shipTo: Address;
  readonly handlingUnits: readonly HandlingUnit[];
  readonly customerPurchaseOrder?: string;
  readonly currency: string;
  readonly shipOn: string;
}
export interface TenderAccepted {
  readonly trackingNumber?: string;
  readonly proNumber?: string;
  readonly bolNumber?: string;
  readonly amount: string;
  readonly documents: readonly ShippingDocument[];
}
/** What a carrier tells by itself, or answers when asked. `number` is the tracking or PRO number. */
export interface CarrierNews {
  readonly messageId: string;
  readonly number: string;
  readonly milestone: Milestone;
  readonly proofOfDelivery?: ProofOfDelivery;
}

export interface Carrier<Settings extends TSchema = TSchema> extends Connector<Settings> {
  readonly kind: "carrier";
  readonly modes: readonly ShippingMode[];
  readonly resolves: { readonly tender: Resolution; readonly voidTender: Resolution };
  quoteRates?(tender: ShipmentTender, call: Call<Settings>): Promise<Answer<{ readonly quotes: readonly RateQuote[] }>>;
  tender?(tender: ShipmentTender, quote: RateQuote, call: Call<Settings>): Promise<Answer<TenderAccepted>>;
  /** Voids what was tendered under our reference; done as well when there was nothing. */
  voidTender?(
    tendered: { readonly reference: string; readonly number?: string },
    call: Call<Settings>,
  ): Promise<Answer<{ readonly voided: true }>>;
  track?(number: string, call: Call<Settings>): Promise<readonly CarrierNews[]>;
  readNews?(message: InboundMessage, settings: Static<Settings>): readonly CarrierNews[];
}

export interface TaxQuestion {
  readonly reference: string;
  readonly customerNumber: string;
  readonly currency: string;
  readonly shipFrom: Address;
  readonly shipTo: Address;
  readonly exemptionCertificate?: string;
  readonly lines: readonly {
    readonly lineNumber: number;
    readonly sku: string;
    readonly taxCode?: string;
    readonly quantity: string;
    readonly amount: string;
  }[];
}
export interface TaxAnswer {
  readonly lines: readonly {
    readonly lineNumber: number;
    readonly taxAmount: string;
    readonly jurisdictions: readonly string[];
  }[];
}
export interface TaxEngine<Settings extends TSchema = TSchema> extends Connector<Settings> {
  readonly kind: "tax";
  calculate?(question: TaxQuestion, call: Call<Settings>): Promise<Answer<TaxAnswer>>;
}

/** A message that came to one of our doors: bytes as received, for a signature is over bytes. Header names in lower case. */
export interface InboundMessage {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}
export interface InboundOrder {
  readonly idempotencyKey: string;
  readonly draft: SalesOrderDraft;
  /** Where in the sender's own document it stands what intake finds wrong with the draft. Left out: where the draft has it. */
  readonly inSendersWords?: (fault: Fault) => Fault;
}

/** What a channel may sell from now on, in each item's base unit; what it said of these items before is void. */
export interface AvailabilityBatch {
  /** Grows from batch to batch: a storefront that can takes no figure that is older than the one it has. */
  readonly sequence: number;
  readonly items: readonly { readonly sku: string; readonly available: string }[];
}

export interface Storefront<Settings extends TSchema = TSchema> extends Connector<Settings> {
  readonly kind: "storefront";
  readonly resolves: {
    readonly confirmShipment: Resolution;
    readonly confirmCancellation: Resolution;
    readonly publishAvailability?: Resolution;
  };
  /** Checks the signature, then maps. Throws CrossdockError "invalid-signature", "malformed-body" or "invalid-document" with every fault. */
  readOrder?(message: InboundMessage, settings: Static<Settings>, channel: string): InboundOrder;
  /** Maps an order whose signature was checked when it came and which a person has mended since, so that it can match no more. */
  readMendedOrder?(body: Buffer, settings: Static<Settings>, channel: string): InboundOrder;
  confirmShipment?(
    shipment: {
      readonly channelOrderNumber: string;
      readonly reference: string;
      readonly carrier: string;
      readonly trackingNumber: string;
      readonly lines: readonly { readonly lineNumber: number; readonly sku: string; readonly quantity: string }[];
    },
    call: Call<Settings>,
  ): Promise<Answer<{ readonly confirmed: true }>>;
  confirmCancellation?(
    cancellation: { readonly channelOrderNumber: string; readonly reference: string; readonly reason: string },
    call: Call<Settings>,
  ): Promise<Answer<{ readonly confirmed: true }>>;
  /** How much `publishAvailability` takes: so many items a call, and so long from one call to the next. */
  readonly availabilityLimits?: { readonly itemsMax: number; readonly everyMs: number };
  /** Told whole or not at all: a refusal is of the batch. */
  publishAvailability?(batch: AvailabilityBatch, call: Call<Settings>): Promise<Answer<{ readonly published: true }>>;
}

export type AnyConnector = Erp | Warehouse | Carrier | TaxEngine | Storefront;
