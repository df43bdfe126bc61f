import type { ErrorCode, Fault } from "#contracts";

/** By which door something came: the HTTP API, a system's webhook (`webhook:shop`), a folder of files. */
export type Door = string;

/** What could not be taken, byte for byte, with why. */
export interface InboundDocument {
  readonly inboundDocumentId: string;
  readonly door: Door;
  readonly channel: string | null;
  readonly receivedAt: Date;
  /** Masked. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly status: "kept" | "resubmitted" | "discarded";
  readonly errorCode: string;
  readonly explanation: string;
  readonly faults: readonly Fault[];
  /** The file and row, or the request's path. */
  readonly origin: string | null;
  readonly resolvedAt: Date | null;
  readonly resolvedBy: string | null;
  readonly resolution: string | null;
  readonly result: unknown;
}

export interface DocumentToKeep {
  readonly door: Door;
  readonly channel?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly errorCode: ErrorCode;
  readonly explanation: string;
  readonly faults: readonly Fault[];
  readonly origin?: string;
  /** What makes it the same document when it comes again; its door and bytes where left out. */
  readonly identity?: readonly string[];
}

/** What a door says when a kept document is handed to it again. Refused with the faults that are left. */
export type Resubmission =
  | { readonly taken: true; readonly result: unknown }
  | { readonly taken: false; readonly explanation: string; readonly faults: readonly Fault[] };

/** The same door function the document came by, past the check of who sent it, which was made then. */
export type Resubmit = (document: InboundDocument, body: Buffer) => Promise<Resubmission>;

/** What a person did by hand, for the audit trail. */
export interface Intervention {
  readonly by: string;
  readonly action: string;
  readonly target: string;
  readonly reason: string;
  readonly before?: unknown;
  readonly after?: unknown;
}
