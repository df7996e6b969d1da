/** What of this room works in browsers as in Node: nothing here reads or writes files. */
export * from "./events.js";
export {
  type Current,
  type OpenRun,
  type Platform,
  type Run,
  type RunKeeper,
  type TrainOptions,
  trainWith,
} from "./training.js";
export { collapseAdvice } from "./advice.js";
export { initialState, type Progress, type TrainState } from "./state.js";
export { lossOutput, type StepOptions, type TrainingStep, trainingStep } from "./step.js";
