import { CrossdockError, findFaults } from "#contracts";
import { Value } from "typebox/value";
import { OrderPayload } from "./order-payload.ts";

/** Keeps whole numbers that a JavaScript number cannot hold as the text they were: two different orders must not get one id. */
function exactly(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  const isRounded = typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value);
  return isRounded && context?.source !== undefined ? context.source : value;
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body), exactly);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CrossdockError("malformed-body", `Shopify's message is not JSON: ${why}.`, { cause });
  }
}

/** The order as Shopify wrote it; throws "malformed-body", or "invalid-document" with every field that is not what Shopify documents. */
export function parseOrder(body: Buffer): OrderPayload {
  const value = parseJson(body);
  if (Value.Check(OrderPayload, value)) return value;
  const faults = findFaults(OrderPayload, value);
  throw new CrossdockError("invalid-document", "This is not an order as Shopify writes it.", { faults });
}
