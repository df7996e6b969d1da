export type * from "./info.js";
export * from "./mlp.js";
export * from "./registry.js";
