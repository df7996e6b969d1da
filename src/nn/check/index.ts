export { checkLayer, checkNetwork, type LayerCheck, type NetworkCheck } from "./check.js";
export type { CheckEvaluate } from "./subject.js";
export type { Reference } from "./values.js";
