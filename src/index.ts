export * from "./common.js";
export { defineConfig, type LatentConfig } from "./cli/define-config.js";
export type { Settings as ConfigSettings } from "./cli/settings.js";
export {
  datasets,
  type DownloadProgress,
  type FolderOptions,
  type MnistOptions,
  readIdxFile,
  writeIdxFile,
} from "./data/index.js";
export { readSamples } from "./distributions/index.js";
export { saveImages } from "./model/index.js";
export { evaluate, evaluateModel, fitFlow, loadModel, train } from "./node.js";
export {
  drawPictures,
  type PictureSubject,
  type RunPicture,
  type RunPictures,
  writeReport,
  type WrittenReport,
} from "./report/index.js";
export type { CheckpointName, LoadOptions } from "./train/index.js";
