export { startSandbox, type Sandbox, type SandboxOptions, type SandboxSystem } from "./start.ts";
export { sandboxData, type SandboxData } from "./data/sandbox-data.ts";
export { soldOut } from "./data/stock.ts";
export type { SandboxBranch } from "./data/branches.ts";
export type { SandboxStock } from "./data/stock.ts";
export type { Behaviour } from "./kernel/behaviour.ts";
export type { DoubledEffect, Effect, RecordedEffect } from "./kernel/ledger.ts";
export type { Chaos } from "./kernel/webhooks.ts";
