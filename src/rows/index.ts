export {
  type FilledCell,
  type ImputedRows,
  type ImputeOptions,
  imputeRows,
  notesOf,
  tableOf,
} from "./impute.js";
export { type ChunkOptions, imputedChunks } from "./impute-chunks.js";
export { type FillCounts, type FilledText, Imputer } from "./imputer.js";
export { completed, type Outline, outlineOf } from "./outline.js";
export { type Uncertainty, uncertaintyOf } from "./uncertainty.js";
