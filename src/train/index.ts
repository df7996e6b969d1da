export * from "./events.js";
export { type Platform, type Run, type TrainOptions, trainOn, type Current } from "./train.js";
export { holdsRun, readRunConfig, type RunConfig, runFiles } from "./run-config.js";
export { RunFolder } from "./run-folder.js";
export { collapseAdvice } from "./advice.js";
export { type CheckpointName, type LoadOptions, loadModelOn } from "./load.js";
export { decodeCheckpoint, encodeCheckpoint } from "./checkpoint.js";
export { initialState, type Progress, type TrainState } from "./state.js";
export { type StepOptions, type TrainingStep, trainingStep, lossOutput } from "./step.js";
