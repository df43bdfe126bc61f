import type { Channel, OrderedLine } from "./catalog.ts";

/** What somebody was told that it is kept for his cart or quote, and until when. */
export interface Cart {
  /** As the diary calls it. */
  readonly name: string;
  readonly reservationId: string;
  readonly channel: Channel;
  readonly customer: string | null;
  readonly lines: readonly OrderedLine[];
  readonly pieces: readonly { readonly sku: string; readonly branch: string; readonly quantity: number }[];
  expiresAt: Date;
  /** Somebody asked to release or to order it: from then on it may be gone before it expires. */
  mayBeGone: boolean;
  /** What became of it, where things happen one after the other. */
  ended: "ordered" | "released" | null;
}

/** Whether it keeps anything still. */
export const isKept = ({ ended, expiresAt }: Cart, now: Date): boolean => ended === null && expiresAt > now;
