export * from "./bessel.js";
export * from "./gamma.js";
export * from "./incomplete-gamma.js";
export * from "./normal-quantile.js";
export * from "./von-mises.js";
