export * from "./evaluate-model.js";
export * from "./evaluator.js";
export * from "./latent-use.js";
export * from "./log-likelihood.js";
export * from "./measures.js";
export { enterSplit, leaveSplit, readRows, settle, withData } from "./split.js";
export type { CallData, EngineSplit, Reading, ResidentSplit, StreamedSplit } from "./split.js";
