import { CrossdockError } from "#contracts";
import { createHmac, timingSafeEqual } from "node:crypto";
import { Type, type Static } from "typebox";
import type { InboundMessage, Warehouse } from "../../ports.ts";
import { answerOr, isNotFound } from "../../reading.ts";
import { fromFault, fromNews, fromWave, toWave } from "./map.ts";

const Settings = Type.Object({
  token: Type.String({ title: "API token", minLength: 1, secret: true }),
  newsSecret: Type.String({ title: "Signing secret of its messages", minLength: 1, secret: true }),
});

const pathOf = (reference: string) => `/api/waves/${encodeURIComponent(reference)}`;

/** Dockside WMS, the sandbox's warehouse. Waves and papers are put under our own references, so a repeat is the same wave. */
export const dockside = {
  kind: "warehouse",
  code: "dockside",
  title: "Dockside WMS",
  settings: Settings,
  limits: { timeoutMs: 10_000, concurrencyMax: 8, requestsPerSecondMax: 200 },
  resolves: { release: "vendor-key", recall: "vendor-key", sendDocuments: "vendor-key" },

  authorize: ({ token }) => ({ authorization: `Bearer ${token}` }),

  async verify({ http }) {
    await http.send({ operation: "verify", method: "GET", path: "/api/facilities" });
  },

  release(work, { http }) {
    const put = http.send({ operation: "release", method: "PUT", path: pathOf(work.reference), body: toWave(work) });
    return answerOr(
      put.then(({ body }) => fromWave(body)),
      fromFault,
    );
  },

  async recall(reference, { http }) {
    const halted = http
      .send({ operation: "recall", method: "POST", path: `${pathOf(reference)}/halt`, body: {} })
      .then(() => ({ recalled: true }) as const);
    try {
      return await answerOr(halted, fromFault);
    } catch (failure) {
      // What it never had needs no recalling.
      if (isNotFound(failure)) return { recalled: true };
      throw failure;
    }
  },

  sendDocuments({ reference, shipmentReference, carrier, trackingNumber, documents }, { http }) {
    const papers = documents.map(({ kind, format, encoding, content }) => ({
      kind,
      fmt: format,
      enc: encoding,
      data: content,
    }));
    const body = { shipment: shipmentReference, carrier, tracking: trackingNumber, papers };
    const put = http.send({ operation: "send-documents", method: "PUT", path: `${pathOf(reference)}/papers`, body });
    return answerOr(
      put.then(() => ({ received: true }) as const),
      fromFault,
    );
  },

  readNews(message, settings) {
    const messageId = verified(message, settings);
    return [fromNews(parsed(message), messageId)];
  },
} satisfies Warehouse<typeof Settings>;

/** The message's id, once its signature is known to be right. Compared in constant time: the answer's delay tells nothing. */
function verified({ headers, body }: InboundMessage, { newsSecret }: Static<typeof Settings>): string {
  const messageId = headers["x-dockside-message"] ?? "";
  const given = Buffer.from((headers["x-dockside-signature"] ?? "").replace(/^v1=/, ""), "hex");
  const right = createHmac("sha256", newsSecret).update(`${messageId}.`).update(body).digest();
  if (messageId !== "" && given.length === right.length && timingSafeEqual(given, right)) return messageId;
  throw new CrossdockError("invalid-signature", "The message does not bear Dockside's signature.");
}

function parsed({ body }: InboundMessage): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch (cause) {
    throw new CrossdockError("malformed-body", "Dockside sent a message that is not JSON.", { cause });
  }
}
