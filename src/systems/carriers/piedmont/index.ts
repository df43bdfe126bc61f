import { Type, type Static } from "typebox";
import type { Call, Carrier } from "../../ports.ts";
import { answerOr } from "../../reading.ts";
import { assertSigned, signedJson } from "../../signature.ts";
import {
  fromFault,
  fromPickup,
  fromPickups,
  fromQuotes,
  fromStatus,
  fromTracking,
  toPickupRequest,
  toQuoteRequest,
} from "./map.ts";

const Settings = Type.Object({
  user: Type.String({ title: "User", minLength: 1 }),
  password: Type.String({ title: "Password", minLength: 1, secret: true }),
  newsSecret: Type.String({ title: "Signing secret of its messages", minLength: 1, secret: true }),
});

async function find(reference: string, { http }: Call<typeof Settings>) {
  return fromPickups(
    (await http.send({ operation: "find-tender", method: "GET", path: "/ltl/pickups", query: { Ref: reference } }))
      .body,
  );
}

/** Piedmont Freight, regional LTL: a PRO and a bill of lading. It knows no idempotency key; pickups are looked up by our reference. */
export const piedmont = {
  kind: "carrier",
  code: "piedmont",
  title: "Piedmont Freight",
  settings: Settings,
  modes: ["ltl"],
  limits: { timeoutMs: 8000, concurrencyMax: 4, requestsPerSecondMax: 50 },
  resolves: { tender: "look-up", voidTender: "look-up" },

  authorize: ({ user, password }) => ({
    authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`,
  }),

  async verify({ http }) {
    await http.send({ operation: "verify", method: "GET", path: "/ltl/terminals" });
  },

  quoteRates(tender, { http }) {
    const quotes = http.send({
      operation: "quote-rates",
      method: "POST",
      path: "/ltl/quotes",
      body: toQuoteRequest(tender),
    });
    return answerOr(
      quotes.then(({ body }) => ({ quotes: fromQuotes(body, "piedmont") })),
      fromFault,
    );
  },

  async tender(tender, quote, call) {
    const before = call.maybeDone ? await find(tender.reference, call) : null;
    if (before) return before;
    const booked = call.http.send({
      operation: "tender",
      method: "POST",
      path: "/ltl/pickups",
      body: toPickupRequest(tender, quote.service),
    });
    return answerOr(
      booked.then(({ body }) => fromPickup(body)),
      fromFault,
    );
  },

  voidTender({ reference }, { http }) {
    const cancelled = http.send({
      operation: "void-tender",
      method: "POST",
      path: "/ltl/pickups/cancel",
      body: { Ref: reference },
    });
    return answerOr(
      cancelled.then(() => ({ voided: true }) as const),
      fromFault,
    );
  },

  async track(number, { http }) {
    return fromTracking(
      (await http.send({ operation: "track", method: "GET", path: `/ltl/tracking/${encodeURIComponent(number)}` }))
        .body,
    );
  },

  readNews({ headers, body }, { newsSecret }: Static<typeof Settings>) {
    const parts = [`${headers["x-piedmont-id"] ?? ""}.`, body];
    assertSigned({
      system: "Piedmont",
      secret: newsSecret,
      parts,
      signature: headers["x-piedmont-signature"] ?? "",
      encoding: "hex",
    });
    return [fromStatus(signedJson("Piedmont", body))];
  },
} satisfies Carrier<typeof Settings>;
