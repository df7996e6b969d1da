export * from "./evaluator.js";
export * from "./measures.js";
