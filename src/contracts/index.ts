export * from "./primitives.ts";
export * from "./documents/index.ts";
export * from "./events/index.ts";
export * from "./errors.ts";
