export * from "./arguments.js";
export * from "./check.js";
export * from "./expr.js";
export * from "./leaves.js";
export * from "./op.js";
export * from "./print.js";
export * from "./simplify.js";
export * from "./walk.js";
