export * from "./ports.ts";
export { shopify, signShopifyMessage } from "./commerce/shopify/index.ts";
export * from "./files/index.ts";
