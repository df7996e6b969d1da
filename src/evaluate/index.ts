export { byExample } from "./by-example.js";
export * from "./evaluate-model.js";
export * from "./evaluator.js";
export * from "./latent-use.js";
export * from "./log-likelihood.js";
export * from "./measures.js";
export { requireScoring, type ScoreOptions, scoreModelIn, type Scores } from "./scores.js";
export type { SplitName } from "../data/portable.js";
export { inSplit, splitOf } from "./split-in-engine.js";
