export * from "./dtype.js";
export * from "./shape.js";
export * from "./tensor.js";
export * from "./random.js";
export * from "./errors.js";
export * from "./arguments.js";
export { suggestion } from "./suggest.js";
export { inverseNormal } from "./inverse-normal.js";
export { packageInPage } from "./package-in-page.js";
