export type { ColumnLikelihood, ModelColumn } from "../../catalogue/index.js";
