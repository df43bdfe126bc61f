export * from "./clock.ts";
export * from "./ids.ts";
export * from "./canonical-json.ts";
export * from "./decimal.ts";
export {
  NOT_SMALL,
  placesOf,
  powerOf,
  quotient,
  unitsOf,
  write as writeUnits,
  writeShortest,
} from "./small-decimal.ts";
export * from "./log.ts";
export * from "./database.ts";
export * from "./migrations.ts";
export * from "./embedded-postgres/index.ts";
export * from "./wake.ts";
export * from "./nodes.ts";
export * from "./schema.ts";
export * from "./breaker.ts";
export * from "./call-failure.ts";
export * from "./lane.ts";
export * from "./two-generations.ts";
export * from "./mask.ts";
export * from "./http-client.ts";
export * from "./configuration.ts";
export { copyRows, type CopyRows } from "./copy-in.ts";
export { onceEach } from "./once-each.ts";
export * from "./packing.ts";
