import { Type, type Static } from "typebox";
import type { Carrier } from "../../ports.ts";
import { answerOr } from "../../reading.ts";
import { assertSigned, signedJson } from "../../signature.ts";
import { fromBooking, fromError, fromEvent, fromQuotes, fromTrack, toBookRequest, toQuoteRequest } from "./map.ts";

const Settings = Type.Object({
  apiKey: Type.String({ title: "API key", minLength: 1, secret: true }),
  newsSecret: Type.String({ title: "Signing secret of its messages", minLength: 1, secret: true }),
});

/** Anchor Express: an API key, and an idempotency key it honours for bookings. It carries nothing dangerous. */
export const anchor = {
  kind: "carrier",
  code: "anchor",
  title: "Anchor Express",
  settings: Settings,
  modes: ["parcel"],
  limits: { timeoutMs: 8000, concurrencyMax: 6, requestsPerSecondMax: 100 },
  resolves: { tender: "vendor-key", voidTender: "vendor-key" },

  authorize: ({ apiKey }) => ({ "x-anchor-key": apiKey }),

  async verify({ http }) {
    await http.send({ operation: "verify", method: "GET", path: "/ping" });
  },

  quoteRates(tender, { http }) {
    const quotes = http.send({
      operation: "quote-rates",
      method: "POST",
      path: "/ship/quote",
      body: toQuoteRequest(tender),
    });
    return answerOr(
      quotes.then(({ body }) => ({ quotes: fromQuotes(body, "anchor") })),
      fromError,
    );
  },

  tender(tender, quote, { http, idempotencyKey }) {
    const headers = { "idempotency-key": idempotencyKey };
    const booked = http.send({
      operation: "tender",
      method: "POST",
      path: "/ship/book",
      headers,
      body: toBookRequest(tender, quote.service),
    });
    return answerOr(
      booked.then(({ body }) => fromBooking(body)),
      fromError,
    );
  },

  voidTender({ reference }, { http }) {
    const cancelled = http.send({
      operation: "void-tender",
      method: "POST",
      path: "/ship/cancel",
      body: { customer_ref: reference },
    });
    return answerOr(
      cancelled.then(() => ({ voided: true }) as const),
      fromError,
    );
  },

  async track(number, { http }) {
    return fromTrack(
      (await http.send({ operation: "track", method: "GET", path: "/track", query: { waybill: number } })).body,
    );
  },

  readNews({ headers, body }, { newsSecret }: Static<typeof Settings>) {
    assertSigned({
      system: "Anchor",
      secret: newsSecret,
      parts: [body],
      signature: headers["x-anchor-hmac"] ?? "",
      encoding: "base64",
    });
    return [fromEvent(signedJson("Anchor", body))];
  },
} satisfies Carrier<typeof Settings>;
