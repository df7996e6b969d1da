/** What of this room works in browsers as in Node: nothing here reads files. */
export * from "./arrays.js";
export * from "./binarize.js";
export * from "./dataset.js";
export { holdOut } from "./hold-out.js";
export { decodeIdx, encodeIdx } from "./idx.js";
export * from "./npy.js";
