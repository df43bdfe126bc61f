import type {
  Address,
  AvailableToPromise,
  Fault,
  HoldReason,
  LoggedEvent,
  Reservation,
  SalesOrder,
  Shipment,
  ShippingDocument,
} from "#contracts";
import type {
  DropShip,
  Feed,
  Inbound,
  ReservationRequest,
  ReservationResult,
  SnapshotRecord,
  StockMovement,
  StockReject,
  SubmitRequest,
  SubmitResult,
} from "#domains";
import type { TokenGate } from "#governance";
import type { ChannelLag, Metrics, Story } from "#observability";
import type { Clock, Ids, Log, WakeListener } from "#platform";
import type { SnapshotOrder, SnapshotSending, StockComparison, TakenSnapshot } from "#processes";
import type { WrittenAnswer } from "./answer-buffers.ts";
import type { DeadLetterDesk } from "./dead-letter-desk.ts";
import type { Knowledge } from "./v1/knowledge.ts";
import type { PlainPriceQuestion } from "./v1/prices/plain-price-question.ts";
import type { WebhookDoor } from "./webhooks/webhook-door.ts";

/** Who does something by hand, and why: what the audit trail demands. */
export interface WhoAndWhy {
  readonly by: string;
  readonly reason: string;
}

export type Submit = (requests: readonly SubmitRequest[]) => Promise<readonly SubmitResult[]>;

export interface OrderDesk {
  readonly submit: Submit;
  /** By any number somebody has on paper: ours, the channel's, the customer's, the ERP's. */
  find(any: string): Promise<readonly SalesOrder[]>;
  read(salesOrderId: string): Promise<SalesOrder | null>;
  /** Throws "not-found", or "not-possible-now" with the reason. */
  cancel(salesOrderId: string, who: WhoAndWhy): Promise<void>;
  releaseHold(salesOrderId: string, hold: HoldReason, who: WhoAndWhy): Promise<void>;
}

export interface ReservationDesk {
  reserve(requests: readonly ReservationRequest[]): Promise<readonly ReservationResult[]>;
  read(reservationId: string): Promise<Reservation | null>;
  /** Throws "not-found", or "not-possible-now" with the reason; so does releasing. */
  extend(reservationId: string, minutes: number): Promise<Reservation | null>;
  release(reservationId: string): Promise<void>;
}

export interface ShipmentDesk {
  read(shipmentId: string): Promise<Shipment | null>;
  /** The nth paper of a shipment, the first being 1. */
  document(shipmentId: string, n: number): Promise<ShippingDocument | null>;
  correctAddress(shipmentId: string, address: Address, who: WhoAndWhy): Promise<void>;
  replan(shipmentId: string, who: WhoAndWhy): Promise<void>;
}

export interface EventDesk {
  /** Throws a RangeError for a cursor that is none. */
  read(query: {
    readonly after: string | null;
    readonly limit: number;
    readonly types?: readonly string[];
    readonly correlationId?: string;
  }): Promise<{ readonly events: readonly LoggedEvent[]; readonly cursor: string }>;
  /** The cursor behind everything there is. */
  end(): Promise<string>;
  /** A listener of one's own, who waits until something was appended, or so long. */
  listen(): WakeListener;
}

export interface SystemState {
  readonly system: string;
  readonly title: string;
  readonly kind: string;
  readonly state: "open" | "closed" | "resting" | "maintenance";
  readonly explanation: string;
  readonly until: Date | null;
  readonly inUse: number;
  readonly queued: number;
  readonly parked: number;
  readonly oldestQueuedAt: Date | null;
  /** The channels it is told of stock for, and how far each is behind. */
  readonly availability: readonly ChannelLag[];
  /** What is read from it, and how old that is. */
  readonly feeds: readonly FeedState[];
}
export interface FeedState extends Feed {
  /** By the hub's clock; null: never read. */
  readonly ageSeconds: number | null;
  readonly staleAfterSeconds: number;
  readonly isStale: boolean;
}
export interface SystemDesk {
  list(): Promise<readonly SystemState[]>;
  /** Throws "not-found". */
  close(system: string, who: WhoAndWhy): Promise<void>;
  open(system: string, who: WhoAndWhy): Promise<void>;
}

export interface ComparisonDesk {
  /** Both read the ERP's whole stock until they are called off, and throw "system-unavailable" where it does not answer. */
  compare(signal: AbortSignal): Promise<StockComparison>;
  correct(who: WhoAndWhy, signal: AbortSignal): Promise<StockComparison>;
}

export interface SnapshotDesk {
  /** Throws "invalid-document" for what is asked and for lines that are none; what reading the bytes throws. */
  take(order: SnapshotOrder, bytes: AsyncIterable<Uint8Array>): Promise<TakenSnapshot>;
  /** Throws "not-found", or "not-possible-now" with the reason. */
  mend(snapshotId: string, sending: SnapshotSending, bytes: AsyncIterable<Uint8Array>): Promise<TakenSnapshot>;
  /** The newest first, or those before one. */
  list(query: {
    readonly before: string | null;
    readonly source: string | null;
    readonly limit: number;
  }): Promise<readonly SnapshotRecord[]>;
  read(snapshotId: string): Promise<SnapshotRecord | null>;
  rejects(
    snapshotId: string,
    page: { readonly after: number; readonly limit: number },
  ): Promise<readonly StockReject[]>;
  /** What could not be taken as it came, in pieces, the header of a CSV first. */
  rejectedLines(record: SnapshotRecord): AsyncIterable<string>;
}

/** What became of a movement. `waits`: nobody stated its position yet; it counts from then on. `late`: contained in what was stated before it came. */
export interface MovementResult {
  readonly outcome: "taken" | "waits" | "late" | "repeated" | "conflict";
  /** Where another movement has this id: what is different, `expected` being what came first. */
  readonly faults: readonly Fault[];
}
export interface MovementDesk {
  /** Every 500 commit for themselves. In their order. Throws "invalid-document" for a source nobody knows. */
  take(source: string, movements: readonly StockMovement[]): Promise<readonly MovementResult[]>;
}

/** For how much a day is wanted, and who asks. */
export interface AtpAsked {
  readonly quantity?: string;
  readonly channel?: string;
}

/** What can be promised by date, and how old that knowledge is. */
export interface PromiseAnswer {
  readonly answeredAt: string;
  readonly knowledge: Knowledge;
  /** Items nobody has any position of are left out. */
  readonly items: AvailableToPromise[];
}

export interface AvailabilityQuestion {
  /** Each once. */
  readonly skus: readonly string[];
  readonly customerNumber?: string;
  /** Less what other channels keep for themselves. */
  readonly channel?: string;
}
export interface AvailabilityAnswer {
  /** Of what is known: while it stays the same, so do the figures. */
  readonly tag: string;
  /** `Availability`, written out. */
  json(): WrittenAnswer;
}

export interface PriceQuestion {
  readonly customerNumber: string;
  /** The customer's where left out. */
  readonly currency?: string;
  /** The business day; today where left out. */
  readonly on?: string;
  /** Whether to say which cheaper-looking agreements do not hold. */
  readonly explain?: boolean;
  readonly lines: readonly { readonly sku: string; readonly quantity: string; readonly unitOfMeasure: string }[];
}

/** Everything the HTTP API stands on, handed in by main.ts. */
export interface Hub {
  readonly version: string;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly gate: TokenGate;
  readonly orders: OrderDesk;
  readonly reservations: ReservationDesk;
  readonly shipments: ShipmentDesk;
  readonly events: EventDesk;
  readonly inbound: Pick<Inbound, "keep">;
  readonly deadLetters: DeadLetterDesk;
  readonly systems: SystemDesk;
  readonly stock: ComparisonDesk;
  readonly snapshots: SnapshotDesk;
  readonly movements: MovementDesk;
  readonly webhooks: ReadonlyMap<string, WebhookDoor>;
  /** What somebody must buy from suppliers, of one of them or of all; who was promised first comes first. */
  dropShips(supplier: string | null): Promise<readonly DropShip[]>;
  /** An order's story by any of its numbers. */
  story(any: string): Promise<Story | null>;
  /** From memory. Both throw "invalid-document" for a customer nobody knows. */
  availability(question: AvailabilityQuestion): AvailabilityAnswer;
  /** `Prices`, written out. */
  prices(question: PriceQuestion | PlainPriceQuestion): WrittenAnswer;
  /** From memory as well. */
  availableToPromise(skus: readonly string[], asked: AtpAsked): PromiseAnswer;
  /** What must be in order before requests are welcome; each with a sentence. */
  readiness(): Promise<readonly { readonly check: string; readonly isReady: boolean; readonly explanation: string }[]>;
}
