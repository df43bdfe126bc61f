export { deadlocksMet, testDatabase, untilOneWaits, type TestDatabase } from "./test-database.ts";
export * from "./sample-trade.ts";
export * from "./trading-post.ts";
export * from "./orders.ts";
