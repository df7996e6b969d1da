export { generateRows, type GeneratedRows, type GenerateRowsOptions } from "./generate.js";
export { tableOfModel } from "./table-model.js";
