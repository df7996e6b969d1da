export { type ColumnFeatures, columnFeatures, indices } from "./features.js";
