export * from "./partition.ts";
export * from "./event-log.ts";
export * from "./read-events.ts";
export * from "./cloud-event.ts";
