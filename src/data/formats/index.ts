export { findArrays } from "./find.js";
export type { FoundSet } from "./found-set.js";
export type { DataArray, DataFormat, FoundArray, Part, Place } from "./format.js";
export { openIdx } from "./idx.js";
export { openNpy } from "./npy.js";
export { formats } from "./registry.js";
