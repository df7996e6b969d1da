export * from "./board.js";
export { memoryStore } from "./memory-store.js";
export { firstState, fixedText, type OpenPlan, openPlan, plannedEpochs, type SweepPlan } from "./plan.js";
export { defineSweep, planOf, type Ranged, type SweepRun, type SweepSpec } from "./spec.js";
export type * from "./state.js";
export * from "./trial.js";
export { runTask } from "./run-task.js";
export { type BestRun, bestRun, exportBest, refitOf } from "./best.js";
export { sweepFiles } from "./files.js";
export { metricOf } from "./metric.js";
export { type KeptStatus, type SweepStatus, statusOf } from "./status.js";
export { csvOf, tableOf, type TrialRow } from "./table.js";
export {
  holdsSweep,
  openSweep,
  type OpenSweep,
  runEmbedded,
  type SweepEvents,
  applyRequest,
} from "./embedded/run.js";
export { forgetHalts, leaveRequest, type ControlRequest } from "./embedded/requests.js";
export type { WorkerProgram } from "./embedded/process.js";
export { range, type RangeOptions } from "./ranges.js";
export type { Bounds, Constraints } from "./limits.js";
export { sweepReport, type ReportExtras } from "./report/report.js";
export { fewestTrials, type Importances, importancesOf } from "./report/importance.js";
export { type Dimension, valueText } from "./space/space.js";
