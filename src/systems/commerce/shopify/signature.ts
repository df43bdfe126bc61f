import { CrossdockError } from "#contracts";
import { createHmac, timingSafeEqual } from "node:crypto";

const SHA256_BYTES = 32;

/** `X-Shopify-Hmac-SHA256`: base64 of HMAC-SHA256 over the bytes as received, keyed with the app's client secret. */
export const sign = (body: Buffer, clientSecret: string): string =>
  createHmac("sha256", clientSecret).update(body).digest("base64");

/** Compares in constant time, so that an answer's timing tells nothing about how much of a guess was right. */
export function checkSignature(body: Buffer, header: string | undefined, clientSecret: string): void {
  const given = Buffer.from(header ?? "", "base64");
  const wanted = createHmac("sha256", clientSecret).update(body).digest();
  if (given.length === SHA256_BYTES && timingSafeEqual(given, wanted)) return;
  throw new CrossdockError(
    "invalid-signature",
    header === undefined
      ? "The message has no X-Shopify-Hmac-SHA256 header."
      : "X-Shopify-Hmac-SHA256 does not match the body under the client secret in the settings.",
  );
}
