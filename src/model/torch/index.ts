export { exportState, type ExportStateOptions } from "./export.js";
export { type ImportedWeights, importState, type ImportStateOptions } from "./import.js";
export { inferSizes, type InferredSizes } from "./infer.js";
export { checkMapping, readMapping, type Rows, type TorchMapping } from "./mapping.js";
export { recordIn, type RecordedArray, type TorchRecord } from "./record.js";
export { decodeStateDict, encodeStateDict, type StateDict, type TorchArray } from "./state-dict.js";
export { unevenPadding } from "./padding.js";
