export * from "./portable.js";
export { withTodaysNames } from "./earlier-names.js";
export { decodeCheckpoint, encodeCheckpoint } from "./checkpoint.js";
