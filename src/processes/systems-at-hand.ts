import type { AnyConnector, Call, Carrier, Erp, Storefront, TaxEngine, Warehouse } from "#systems";

/** What a call is for. The rest of the `Call` (settings, HTTP client) is the system's own and already in the handle. */
export interface CallOptions {
  readonly idempotencyKey: string;
  readonly correlationId: string;
  readonly attempt: number;
  readonly signal: AbortSignal;
  readonly maybeDone: boolean;
  readonly now: Date;
}

/** One configured system: the code it has in the configuration, which is also its lane's, and how to talk to it. */
export interface SystemHandle<Connector extends AnyConnector = AnyConnector> {
  readonly code: string;
  readonly connector: Connector;
  call(options: CallOptions): Call;
}

/** The systems a hub is configured with, as processes see them: "a carrier", never a vendor. Built by main.ts. */
export interface SystemsAtHand {
  erp(): SystemHandle<Erp>;
  warehouseOf(branch: string): SystemHandle<Warehouse>;
  carriers(): readonly SystemHandle<Carrier>[];
  tax(): SystemHandle<TaxEngine>;
  /** Null for channels nobody is told by: orders from the API or from files. */
  storefrontOf(channel: string): SystemHandle<Storefront> | null;
}
