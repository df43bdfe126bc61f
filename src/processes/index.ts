export * from "./engine/index.ts";
export { createChannelPublisher, type ChannelPublisher, type Published } from "./channel-publisher.ts";
export { createProcesses, drawnProcesses } from "./create-processes.ts";
export { carrierNewsToEvents, type Read } from "./carrier-news.ts";
export { warehouseNewsToEvents } from "./warehouse-news.ts";
export { processesPage } from "./page.ts";
export type { ProcessPolicies } from "./policies.ts";
export type { CallOptions, SystemHandle, SystemsAtHand } from "./systems-at-hand.ts";
export { createStockComparer, type StockComparer, type StockComparison } from "./stock-comparison.ts";
export { createReferenceSync, type ReferenceSync, type Synchronised } from "./reference-sync.ts";
export {
  takeStockSnapshot,
  type ForeseenDifference,
  type SnapshotResult,
  type SnapshotWork,
  type StockLine,
} from "./stock-snapshot.ts";
export {
  createSnapshotTaker,
  type SnapshotOrder,
  type SnapshotSending,
  type SnapshotTaker,
  type TakenSnapshot,
} from "./snapshot-taker.ts";
