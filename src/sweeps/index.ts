export * from "./board.js";
export { memoryStore } from "./memory-store.js";
export { firstState, fixedText, type OpenPlan, openPlan, plannedEpochs, type SweepPlan } from "./plan.js";
export { defineSweep, planOf, type Ranged, type SweepRun, type SweepSpec } from "./spec.js";
export type * from "./state.js";
export * from "./trial.js";
export { runTask } from "./run-task.js";
