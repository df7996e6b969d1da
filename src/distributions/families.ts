/*
 * The families that ship, one line each. The registry offers by name whatever is exported here.
 */
export { bernoulli } from "./bernoulli.js";
export { normal } from "./normal.js";
