import { Type, type Static } from "typebox";
import type { InboundMessage, Warehouse } from "../../ports.ts";
import { answerOr } from "../../reading.ts";
import { assertSigned, signedJson } from "../../signature.ts";
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

  /** Dockside halts also what it does not know yet, so that a release still on its way does not begin it. */
  recall(reference, { http }) {
    const halted = http.send({ operation: "recall", method: "POST", path: `${pathOf(reference)}/halt`, body: {} });
    return answerOr(
      halted.then(() => ({ recalled: true }) as const),
      fromFault,
    );
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
    return [fromNews(signedJson("Dockside", message.body), messageId)];
  },
} satisfies Warehouse<typeof Settings>;

/** The message's id, once its signature is known to be right: over the id and the bytes, so that neither can be changed. */
function verified({ headers, body }: InboundMessage, { newsSecret }: Static<typeof Settings>): string {
  const messageId = headers["x-dockside-message"] ?? "";
  const signature = (headers["x-dockside-signature"] ?? "").replace(/^v1=/, "");
  assertSigned({ system: "Dockside", secret: newsSecret, parts: [`${messageId}.`, body], signature, encoding: "hex" });
  return messageId;
}
