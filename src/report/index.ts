export { briefJson } from "./brief.js";
export { environment, packageVersion } from "./environment.js";
export * from "./manifold.js";
export * from "./pictures.js";
export * from "./report.js";
export { rangeText, type RunPicture } from "./run-picture.js";
