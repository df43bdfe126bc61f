export * from "./inbound-document.ts";
export { bodyText, createInbound, keepDocument, refusedWith, type Inbound, type WhoAndWhy } from "./inbound.ts";
