export * from "./primitives.ts";
export * from "./documents/index.ts";
export * from "./events/index.ts";
export * from "./errors.ts";
export * from "./publish/json-schemas.ts";
export * from "./publish/asyncapi.ts";
export * from "./publish/errors-page.ts";
export * from "./faults.ts";
