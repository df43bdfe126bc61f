import { createHash } from "node:crypto";
import type { RememberedAnswer } from "./desk.ts";

interface Remembers {
  rememberedAnswer(key: string): RememberedAnswer | undefined;
}

/** What a vendor that honours idempotency keys does with one: answer as before, object, or go on and remember. */
export type Recalled =
  | { readonly outcome: "first"; remember(status: number, body: object): RememberedAnswer }
  | { readonly outcome: "again"; readonly status: number; readonly body: string }
  | { readonly outcome: "other-content" };

/** `key` is the caller's; `content` is everything that makes the request what it is (address and body). */
export function recall(desk: Remembers, key: string, content: readonly unknown[]): Recalled {
  const fingerprint = createHash("sha256").update(JSON.stringify(content)).digest("base64url");
  const kept = desk.rememberedAnswer(key);
  if (kept === undefined) {
    return {
      outcome: "first",
      remember: (status, body) => ({ key, fingerprint, status, body: JSON.stringify(body) }),
    };
  }
  if (kept.fingerprint !== fingerprint) return { outcome: "other-content" };
  return { outcome: "again", status: kept.status, body: kept.body };
}
