export * from "./evaluate-model.js";
export * from "./evaluator.js";
export * from "./measures.js";
