import { CallFailure } from "#platform";
import { Type } from "typebox";
import type { Call, Storefront } from "../../ports.ts";
import { answerOr } from "../../reading.ts";
import { fromErrors, toCancellation, toFulfillment, toInventoryLevels, wasCancelled, wasFulfilled } from "./map.ts";

const Settings = Type.Object({
  token: Type.String({ title: "API token", minLength: 1, secret: true }),
  shopDomain: Type.String({ title: "Shop domain", minLength: 1 }),
  clientSecret: Type.String({ title: "Client secret, which signs its orders", minLength: 16, secret: true }),
});
type ShopCall = Call<typeof Settings>;

/**
 * Corner Shop, the sandbox's storefront. It honours no idempotency key: after an unknown outcome one looks before one tells it
 * again. Of stock it keeps the figure with the highest sequence, so what is told twice or late does no harm. Its orders come in Shopify's format and are read as Shopify's; `shopDomain` and `clientSecret` are what that takes.
 */
export const cornerShop = {
  kind: "storefront",
  code: "corner-shop",
  title: "Corner Shop",
  settings: Settings,
  limits: { timeoutMs: 10_000, concurrencyMax: 4, requestsPerSecondMax: 100 },
  resolves: { confirmShipment: "look-up", confirmCancellation: "look-up", publishAvailability: "compare-and-set" },
  availabilityLimits: { itemsMax: 250, everyMs: 200 },

  authorize: ({ token }) => ({ "x-corner-shop-token": token }),

  async verify({ http }) {
    await http.send({ operation: "verify", method: "GET", path: "/api/shop" });
  },

  confirmShipment(shipment, call) {
    const path = `${orderPath(shipment.channelOrderNumber)}/fulfillments`;
    const { reference } = shipment;
    const told = async () => {
      const query = { external_id: reference };
      return call.maybeDone && wasFulfilled(await look("find-fulfillment", path, call, query), reference);
    };
    return confirm("confirm-shipment", path, toFulfillment(shipment), call, told);
  },

  confirmCancellation(cancellation, call) {
    const path = `${orderPath(cancellation.channelOrderNumber)}/cancellations`;
    const told = async () =>
      call.maybeDone && wasCancelled(await look("find-cancellation", path, call), cancellation.reference);
    return confirm("confirm-cancellation", path, toCancellation(cancellation), call, told);
  },

  publishAvailability(batch, { http }) {
    const published = async () => {
      const body = toInventoryLevels(batch);
      await http.send({ operation: "publish-availability", method: "POST", path: "/api/inventory_levels", body });
      return { published: true } as const;
    };
    return answerOr(published(), fromErrors);
  },
} satisfies Storefront<typeof Settings>;

const orderPath = (channelOrderNumber: string): string => `/api/orders/${encodeURIComponent(channelOrderNumber)}`;

async function look(operation: string, path: string, { http }: ShopCall, query: Readonly<Record<string, string>> = {}) {
  return (await http.send({ operation, method: "GET", path, query })).body;
}

async function confirm(
  operation: string,
  path: string,
  body: object,
  { http }: ShopCall,
  told: () => Promise<boolean>,
) {
  const confirmed = async () => {
    if (!(await told())) await http.send({ operation, method: "POST", path, body });
    return { confirmed: true } as const;
  };
  try {
    return await answerOr(confirmed(), fromErrors);
  } catch (failure) {
    // An order the shop does not have can never be confirmed to it; that is an answer.
    if (failure instanceof CallFailure && failure.status === 404) return fromErrors(failure.body);
    throw failure;
  }
}
