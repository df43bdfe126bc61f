import { CallFailure, type HttpAnswer, type HttpRequest } from "#platform";
import { Type, type Static } from "typebox";
import type { Call, Carrier } from "../../ports.ts";
import { answerOr } from "../../reading.ts";
import { assertSigned, signedJson } from "../../signature.ts";
import {
  fromError,
  fromRates,
  fromScan,
  fromShipment,
  fromShipments,
  fromToken,
  fromTracking,
  toRatesRequest,
  toShipmentRequest,
} from "./map.ts";

const Settings = Type.Object({
  clientId: Type.String({ title: "Client id", minLength: 1 }),
  clientSecret: Type.String({ title: "Client secret", minLength: 1, secret: true }),
  newsSecret: Type.String({ title: "Signing secret of its messages", minLength: 1, secret: true }),
});
type SwiftCall = Call<typeof Settings>;

interface Token {
  readonly value: string;
  readonly goodUntil: number;
}
/** Renewed a minute early, so that none runs out on the way. */
const EARLY_MS = 60_000;
/**
 * The one thing a connector remembers: tokens, in this process, by the credentials they were given for. Asking for one with every call is what
 * carriers throttle; a node that starts anew asks anew.
 */
const tokens = new Map<string, Token>();
const keyOf = ({ clientId, clientSecret }: SwiftCall["settings"]): string => JSON.stringify([clientId, clientSecret]);

/** Signing in changes nothing over there: whatever became of it, the call it was for was not made, and a no is one to our credentials. */
function notAsked(failure: unknown): unknown {
  if (!(failure instanceof CallFailure)) return failure;
  const { category, system, operation, retryAfterMs, deferred } = failure;
  return new CallFailure(`nothing was asked, for signing in failed. ${failure.message}`, {
    category: category === "rejected" ? "unauthorized" : category,
    outcome: "not-done",
    system,
    operation,
    deferred,
    ...(retryAfterMs !== null && { retryAfterMs }),
    cause: failure,
  });
}

/** OAuth 2.0 client credentials (RFC 6749, 4.4). */
async function freshToken({ http, settings, now }: SwiftCall): Promise<string> {
  const basic = Buffer.from(`${settings.clientId}:${settings.clientSecret}`).toString("base64");
  const signIn = http.send({
    operation: "sign-in",
    method: "POST",
    path: "/oauth/token",
    headers: { authorization: `Basic ${basic}` },
    body: new URLSearchParams({ grant_type: "client_credentials" }),
  });
  const { body } = await signIn.catch((failure: unknown) => {
    throw notAsked(failure);
  });
  const { access_token, expires_in } = fromToken(body);
  tokens.set(keyOf(settings), { value: access_token, goodUntil: now.getTime() + expires_in * 1000 - EARLY_MS });
  return access_token;
}

/** Sends with a token; one that was withdrawn before its time is replaced once. */
async function send(call: SwiftCall, request: HttpRequest): Promise<HttpAnswer> {
  const known = tokens.get(keyOf(call.settings));
  const token = known && known.goodUntil > call.now.getTime() ? known.value : await freshToken(call);
  const signed = (value: string) =>
    call.http.send({ ...request, headers: { ...request.headers, authorization: `Bearer ${value}` } });
  try {
    return await signed(token);
  } catch (failure) {
    const wasWithdrawn = failure instanceof CallFailure && failure.status === 401 && token === known?.value;
    if (!wasWithdrawn) throw failure;
    return signed(await freshToken(call));
  }
}

async function find(reference: string, call: SwiftCall) {
  const { body } = await send(call, {
    operation: "find-tender",
    method: "GET",
    path: "/v2/shipments",
    query: { shipperReference: reference },
  });
  return fromShipments(body);
}

/** Swift Parcel: OAuth 2.0 client credentials; no idempotency key, so after an unknown outcome it is looked up by our reference. */
export const swift = {
  kind: "carrier",
  code: "swift",
  title: "Swift Parcel",
  settings: Settings,
  modes: ["parcel"],
  limits: { timeoutMs: 8000, concurrencyMax: 6, requestsPerSecondMax: 100 },
  resolves: { tender: "look-up", voidTender: "look-up" },

  authorize: () => ({}),

  async verify(call) {
    await send(call, { operation: "verify", method: "GET", path: "/v2/account" });
  },

  quoteRates(tender, call) {
    const rates = send(call, {
      operation: "quote-rates",
      method: "POST",
      path: "/v2/rates",
      body: toRatesRequest(tender),
    });
    return answerOr(
      rates.then(({ body }) => ({ quotes: fromRates(body, "swift") })),
      fromError,
    );
  },

  async tender(tender, quote, call) {
    const before = call.maybeDone ? await find(tender.reference, call) : null;
    if (before) return before;
    const booked = send(call, {
      operation: "tender",
      method: "POST",
      path: "/v2/shipments",
      body: toShipmentRequest(tender, quote.service),
    });
    return answerOr(
      booked.then(({ body }) => fromShipment(body)),
      fromError,
    );
  },

  voidTender({ reference }, call) {
    const voided = send(call, {
      operation: "void-tender",
      method: "POST",
      path: "/v2/shipments/void",
      body: { shipperReference: reference },
    });
    return answerOr(
      voided.then(() => ({ voided: true }) as const),
      fromError,
    );
  },

  async track(number, call) {
    const { body } = await send(call, {
      operation: "track",
      method: "GET",
      path: `/v2/tracking/${encodeURIComponent(number)}`,
    });
    return fromTracking(body);
  },

  readNews({ headers, body }, { newsSecret }: Static<typeof Settings>) {
    const signature = (headers["x-swift-signature"] ?? "").replace(/^sha256=/, "");
    assertSigned({ system: "Swift", secret: newsSecret, parts: [body], signature, encoding: "hex" });
    return [fromScan(signedJson("Swift", body))];
  },
} satisfies Carrier<typeof Settings>;
