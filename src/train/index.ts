export * from "./events.js";
export { type Platform, type Run, type TrainOptions, trainOn } from "./train.js";
export { type RunConfig, RunFolder, runFiles } from "./run-folder.js";
export { decodeCheckpoint, encodeCheckpoint } from "./checkpoint.js";
export { initialState, type Progress, type TrainState } from "./state.js";
export { type StepOptions, type TrainingStep, trainingStep, lossOutput } from "./step.js";
