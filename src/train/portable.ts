/** What of this room works in browsers as in Node: nothing here reads or writes files. */
export * from "./events.js";
export {
  type Current,
  type OpenedRun,
  type OpenRun,
  type Platform,
  type Run,
  type RunDescription,
  type RunKeeper,
  type TrainSettings,
  type TrainSurroundings,
  trainWith,
} from "./training.js";
export { aControl, type TrainControl, trainControl } from "./control.js";
export { readCheckpoint, type Sha256, writeCheckpoint } from "./checkpoint-file.js";
export { collapseAdvice } from "./advice.js";
export { TrainingDiverged } from "./diverged.js";
export { findRate, type RateFinding, type RatePoint, type RateRange } from "./lr-find.js";
export { initialState, madeWeights, type Progress, type Tally, type TrainState } from "./state.js";
export { lossOutput, type StepOptions, type TrainingStep, trainingStep } from "./step.js";
export { type ExportedSteps, type ExportedTraining, exportTrainingIn } from "./exported.js";
export type { TrainingCard, TrainingValue } from "./exported-card.js";
export type { ArrayPlace } from "./engine-state.js";
