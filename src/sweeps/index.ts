export type * from "./board.js";
export type * from "./state.js";
export * from "./trial.js";
