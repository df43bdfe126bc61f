import { anchor } from "./carriers/anchor/index.ts";
import { piedmont } from "./carriers/piedmont/index.ts";
import { swift } from "./carriers/swift/index.ts";
import { cornerShop } from "./commerce/sandbox/index.ts";
import { shopify } from "./commerce/shopify/index.ts";
import { granite } from "./erp/sandbox/index.ts";
import type { AnyConnector } from "./ports.ts";
import { meridian } from "./tax/sandbox/index.ts";
import { dockside } from "./wms/sandbox/index.ts";

export * from "./ports.ts";
export { shopify, signShopifyMessage } from "./commerce/shopify/index.ts";
export * from "./files/index.ts";

/** Corner Shop sends its orders in Shopify's format and takes news of them in its own. */
const cornerShopWithOrders = {
  ...cornerShop,
  readOrder: shopify.readOrder,
  readMendedOrder: shopify.readMendedOrder,
};

/** Every connector there is. A new one is a line here. */
export const connectors: readonly AnyConnector[] = [
  granite,
  meridian,
  cornerShopWithOrders,
  shopify,
  dockside,
  swift,
  anchor,
  piedmont,
];

export const connectorByCode = (code: string): AnyConnector | undefined =>
  connectors.find((connector) => connector.code === code);
