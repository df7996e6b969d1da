export * from "./portable.js";
export { type CheckpointName, type LoadOptions, loadModelOn } from "./load.js";
export { readMetrics } from "./metrics.js";
export { holdsRun, readRunConfig, runFile, runFiles } from "./run-config.js";
export { isBeingTrained, lockFile } from "./run-lock.js";
export { readProgress } from "./saved-progress.js";
export { RunFolder } from "./run-folder.js";
export { trainOn } from "./train.js";
export {
  type ExportTorchOptions,
  exportTorchOn,
  type ImportTorchOptions,
  importTorchOn,
  readStateDict,
  type TorchImport,
} from "./torch.js";
