export {
  type CodeInTable,
  type ColumnDistribution,
  columnDistributions,
  type ColumnDistributionsOptions,
  type ColumnNumbers,
} from "./column-distributions.js";
export { generateRows, type GeneratedRows, type GenerateRowsOptions } from "./generate.js";
export { valuesBetweenCommas } from "./values.js";
export { tableOfModel } from "./table-model.js";
export {
  type FilledCell,
  type ImputedRows,
  type ImputeOptions,
  imputeRows,
  notesOf,
} from "./impute.js";
export { type ChunkOptions, imputedChunks } from "./impute-chunks.js";
export {
  type FillCounts,
  type FilledText,
  Imputer,
  type ImputerOptions,
  type MissingModel,
  missingModels,
} from "./imputer.js";
export { markedRows } from "./marked-rows.js";
export { completed, freeName, type Outline, outlineOf } from "./outline.js";
export { type Uncertainty, uncertaintyOf } from "./uncertainty.js";
