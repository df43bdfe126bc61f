export * from "./process.ts";
export { durationMs, type Duration } from "./duration.ts";
export { compileProcess, ProcessTableError, type CompiledProcess } from "./table.ts";
export { cells, decide, notBegun, type Cell, type Decision } from "./decide.ts";
export { mermaid } from "./mermaid.ts";
export { defaultRetryPolicy, type RetryCategory, type RetryPolicy, type RetryRule } from "./retry-policy.ts";
export { compileAll, createEngine, routesOf, type Engine, type EngineOptions } from "./engine.ts";
export { HUB_LANE, type EngineLanes } from "./commands.ts";
export { instants, type AtInstant, type Instant } from "./instants.ts";
export {
  createOperators,
  type DeadCommand,
  type DeadFact,
  type InstanceRef,
  type Intervention,
  type OperatorOptions,
  type Operators,
} from "./operators.ts";
