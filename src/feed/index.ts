export { augmentationText } from "./augmentation.js";
export { type Balance, balancedOrder, balances, type DealtBy, dealtBy, requireBalance } from "./balanced.js";
export {
  type Batch,
  type BatchOptions,
  noiseInputs,
  openBatch,
  type OpenBatch,
  type OpenBatchOptions,
} from "./batch.js";
export { Feed, type Portion } from "./feed.js";
export { requireFit, requireFitting, schemaFor } from "./fit.js";
export { noiseFor, noiseOfDraws, noiseOfExamples, type NoiseOrigin } from "./noise.js";
export { type EpochOrder, epochOrder, type Shuffle, shuffles } from "./order.js";
export {
  type CallData,
  type EngineSplit,
  enterSplit,
  labelsFor,
  leaveSplit,
  readRows,
  type Reading,
  type ResidentSplit,
  runOnRows,
  settle,
  type StreamedSplit,
  withData,
} from "./split.js";
