export * from "./common.js";
export {
  datasets,
  type DownloadProgress,
  type DataArray,
  type DataFormat,
  type FolderOptions,
  formats,
  type FoundArray,
  inferTableSchema,
  inspectTable,
  type InspectTableOptions,
  type NumberType,
  type Part,
  type PictureProgress,
  type PicturesOptions,
  type Place,
  type MnistOptions,
  readIdxFile,
  type RowsToWrite,
  type TableInspection,
  type TableOptions,
  type TableProgress,
  writeIdxFile,
  writeTable,
  type WriteTableOptions,
} from "./data/index.js";
export { blamePicture, type BlamePictureOptions } from "./uses/index.js";
export { readSamples } from "./distributions/index.js";
export { saveImages } from "./model/index.js";
export type { RecordedArray, Rows, TorchMapping, TorchRecord } from "./model/torch/index.js";
export {
  evaluate,
  evaluateModel,
  exportTorch,
  exportTraining,
  fitFlow,
  importTorch,
  loadModel,
  type NodeTrainOptions,
  openScorer,
  scoreModel,
  train,
} from "./node.js";
export {
  type Detection,
  type Efficacy,
  type EfficacyScores,
  pictureQuality,
  type PictureQuality,
  type PictureQualityOptions,
  type Privacy,
  type QualityPart,
  type Resemblance,
  type ResemblanceDetails,
  type TableQuality,
  tableQuality,
  type TableQualityOptions,
  type TableRow,
  type TableSource,
  type TextTable,
  type Validity,
} from "./quality/index.js";
export {
  drawPictures,
  type Drawn,
  type PictureSubject,
  type RunPicture,
  type RunPictures,
  writeReport,
  type WrittenReport,
} from "./report/index.js";
export {
  type CheckpointName,
  type ExportTorchOptions,
  type ExportTrainingOptions,
  type ImportTorchOptions,
  type LoadOptions,
  readRunConfig,
  type TorchImport,
} from "./runs/index.js";
export {
  type Bounds,
  type Budget,
  type Constraints,
  defineSweep,
  range,
  type Ranged,
  type RangeOptions,
  type SweepRun,
  type SweepSpec,
} from "./sweeps/index.js";
export type { ArrayPlace, TrainingCard, TrainingValue } from "./train/index.js";
