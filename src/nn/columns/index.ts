export { type ColumnFeatures, columnFeatures, indices } from "./features.js";
export { hiddenAtRandom } from "./hidden.js";
export { times } from "./times.js";
