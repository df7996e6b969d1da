/** Tables without files: what browsers can use as Node can. */
export { type DecodedRows, decodeRows, type DecodeRowsOptions, TableDecoder, valueOf } from "./decode.js";
export { encodeRows, TableEncoder } from "./encode.js";
export { fitTable } from "./fit-table.js";
export type {
  AngleColumn,
  ChoicesColumn,
  CombinedColumn,
  Counted,
  CountColumn,
  FittedColumn,
  FittedName,
  FittedTable,
  InsideColumn,
  Minus,
  NumberColumn,
  OutsideColumn,
  ScoresColumn,
  StandardColumn,
  WithMissing,
} from "./fitted.js";
export { isInside } from "./fitted.js";
export { fittedTableShape } from "./fitted-shape.js";
export type { ColumnLikelihood, ModelColumn } from "../../catalogue/index.js";
export { modelColumns, ownColumns, startsOf } from "./model-columns.js";
export { type CellReading, readingOfColumn } from "./reading.js";
export { scoreOf } from "./scores.js";
export { type TableRecord, textTableOf, type TableValue } from "./records.js";
export {
  checkedTableSchema,
  type TableColumn,
  type TableConstraint,
  type TableFile,
  type TableKind,
  tableKinds,
  type TableSchema,
} from "./schema.js";
export type { TableReading } from "./table-reading.js";
export type { TextColumn, TextTable } from "./texts.js";
export type { ColumnStatistics } from "./statistics.js";
