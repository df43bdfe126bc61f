import { CrossdockError, CustomerNumber, UnitOfMeasure } from "#contracts";
import { Type } from "typebox";
import type { Call, InboundMessage, InboundOrder, Storefront } from "../../ports.ts";
import { inShopifysWords, toDraft, type MappingSettings } from "./map-order.ts";
import { parseOrder } from "./parse-order.ts";
import { checkSignature } from "./signature.ts";

export { sign as signShopifyMessage } from "./signature.ts";

const Settings = Type.Object(
  {
    shopDomain: Type.String({
      pattern: "^[a-z0-9][a-z0-9-]*\\.myshopify\\.com$",
      description: "The shop's permanent domain.",
      examples: ["johns-apparel.myshopify.com"],
    }),
    clientSecret: Type.String({
      minLength: 16,
      secret: true,
      description: "The app's client secret; webhooks are signed with it.",
    }),
    defaultCustomerNumber: Type.Optional(CustomerNumber),
    customerTagPrefix: Type.Optional(
      Type.String({
        minLength: 1,
        description: "What stands before the customer number in a customer's tag. `customer:` unless told otherwise.",
      }),
    ),
    defaultUnitOfMeasure: Type.Optional(UnitOfMeasure),
    takeTestOrders: Type.Optional(Type.Boolean({ description: "Take orders that Shopify marks as test orders." })),
  },
  { additionalProperties: false },
);

const TOPIC = "orders/create";

function checkEnvelope(headers: InboundMessage["headers"], shopDomain: string): void {
  const topic = headers["x-shopify-topic"];
  const shop = headers["x-shopify-shop-domain"];
  const faults = [
    ...(topic === TOPIC
      ? []
      : [
          {
            path: "header X-Shopify-Topic",
            expected: TOPIC,
            found: topic ?? "nothing",
            fix: "Subscribe this address to orders/create only.",
          },
        ]),
    ...(shop === shopDomain
      ? []
      : [
          {
            path: "header X-Shopify-Shop-Domain",
            expected: shopDomain,
            found: shop ?? "nothing",
            fix: "Give each shop a system of its own in the configuration.",
          },
        ]),
  ];
  if (faults.length > 0)
    throw new CrossdockError("invalid-document", "The message is not one this shop's door takes.", { faults });
}

/** The order is the identity: Shopify sends the same order under several webhook ids (one a subscription, one a redelivery by hand). */
function readOrder(
  body: Buffer,
  settings: MappingSettings & { readonly shopDomain: string },
  channel: string,
): InboundOrder {
  const order = parseOrder(body);
  return {
    idempotencyKey: `shopify:${settings.shopDomain}:${order.id}`,
    draft: toDraft(order, channel, settings),
    inSendersWords: inShopifysWords(order, settings),
  };
}

/**
 * Shopify, inbound orders by the `orders/create` webhook. Shopify waits 5 s for a 2xx and tries 8 times in 4 hours, then ends the subscription, so
 * what cannot be taken must be kept by us. https://shopify.dev/docs/apps/build/webhooks/verify-deliveries
 */
export const shopify = {
  kind: "storefront",
  code: "shopify",
  title: "Shopify",
  settings: Settings,
  limits: { timeoutMs: 10_000, concurrencyMax: 4, requestsPerSecondMax: 2 },
  resolves: { confirmShipment: "look-up", confirmCancellation: "look-up" },

  authorize: () => ({}),

  verify({ settings }: Call<typeof Settings>) {
    return settings.clientSecret.startsWith("shpat_")
      ? Promise.reject(
          new CrossdockError(
            "invalid-configuration",
            "`clientSecret` holds an Admin API access token (shpat_...). Webhooks are signed with the app's client secret: copy that one.",
          ),
        )
      : Promise.resolve();
  },

  readOrder({ headers, body }, settings, channel) {
    checkSignature(body, headers["x-shopify-hmac-sha256"], settings.clientSecret);
    checkEnvelope(headers, settings.shopDomain);
    return readOrder(body, settings, channel);
  },

  readMendedOrder(body, settings, channel) {
    return readOrder(body, settings, channel);
  },
} satisfies Storefront<typeof Settings>;
