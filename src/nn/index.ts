export * from "./activations.js";
export * from "./linear.js";
export * from "./mlp.js";
export * from "./network.js";
export * from "./parameters.js";
export { Packing } from "./packing.js";
