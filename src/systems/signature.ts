import { CrossdockError } from "#contracts";
import { createHmac, timingSafeEqual } from "node:crypto";

interface Signed {
  readonly system: string;
  readonly secret: string;
  /** What was signed, in the sender's order. */
  readonly parts: readonly (string | Buffer)[];
  readonly signature: string;
  readonly encoding: "hex" | "base64";
}

/** HMAC-SHA256, compared in constant time: how long the answer takes tells nothing. Throws "invalid-signature". */
export function assertSigned({ system, secret, parts, signature, encoding }: Signed): void {
  const hmac = createHmac("sha256", secret);
  for (const part of parts) hmac.update(part);
  const right = hmac.digest();
  const given = Buffer.from(signature, encoding);
  if (given.length === right.length && timingSafeEqual(given, right)) return;
  throw new CrossdockError("invalid-signature", `The message does not bear ${system}'s signature.`);
}

/** A signed body as JSON. Throws "malformed-body". */
export function signedJson(system: string, body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch (cause) {
    throw new CrossdockError("malformed-body", `${system} sent a message that is not JSON.`, { cause });
  }
}
