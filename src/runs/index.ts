export * from "./portable.js";
export { type ExportTrainingOptions, exportTrainingOn, writeTraining } from "./export-training.js";
export { type CheckpointName, type LoadOptions, loadModelOn, stateOfRun } from "./load.js";
export { readMetrics, readRunConfig, runFile } from "./run-config.js";
export { holdsRun, runFiles } from "./run-files.js";
export { isBeingTrained } from "./run-lock.js";
export { lockFile } from "./lock-file.js";
export { readProgress } from "./saved-progress.js";
export { trainOn } from "./train.js";
export {
  type ExportTorchOptions,
  exportTorchOn,
  type ImportTorchOptions,
  importTorchOn,
  readStateDict,
  type TorchImport,
} from "./torch.js";
export { folderPlace } from "./place/folder-place.js";
export { unzipInto, type UnzipLimits, zipPlace } from "./run-zip.js";
