import type { Fault, SalesOrder, SalesOrderDraft } from "#contracts";
import { canonicalJson } from "#platform";

/** One order as a door hands it in. */
export interface SubmitRequest {
  readonly draft: SalesOrderDraft;
  /** The same key with the same draft answers as the first time did. Kept as long as the order is. */
  readonly idempotencyKey: string;
  /** The caller's business story; the order's own id where left out. */
  readonly correlationId?: string;
}

/** A request and its draft as canonical JSON: written once, looked through for what cannot be kept, and kept. */
export interface WrittenRequest extends SubmitRequest {
  readonly draftText: string;
}

export const written = (request: SubmitRequest): WrittenRequest => ({
  ...request,
  draftText: canonicalJson(request.draft),
});

/**
 * What became of it. `accepted` and `held`: the order is in the books. `rejected`: nothing was kept, `faults` says all that is wrong.
 * `conflict`: the key or the channel's order number stands for other content; each fault gives what it was (`expected`) and what came now.
 * `failed`: it broke on our side, nothing was kept; the same may be sent again.
 */
export interface SubmitResult {
  readonly outcome: "accepted" | "held" | "rejected" | "conflict" | "failed";
  /** True where this order was taken before: its outcome then, its document now. */
  readonly repeat: boolean;
  readonly salesOrder?: SalesOrder;
  readonly faults?: readonly Fault[];
  readonly cause?: unknown;
}
