import "../index.js";
export { convDown, convUp, convWeights, type Form } from "./convolution.js";
export * from "./convolve.js";
export { type DirectAttrs, directConv, directConvolution } from "./direct.js";
export { coarseOf, type Geometry } from "./geometry.js";
export { plainDown, plainUp } from "./plain.js";
