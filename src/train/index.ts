export * from "./portable.js";
export { trainOn } from "./train.js";
export { withTodaysNames } from "./earlier-names.js";
export { holdsRun, readRunConfig, recordedThreads, type RunConfig, runFiles } from "./run-config.js";
export { RunFolder } from "./run-folder.js";
export { type CheckpointName, type LoadOptions, loadModelOn } from "./load.js";
export { decodeCheckpoint, encodeCheckpoint } from "./checkpoint.js";
