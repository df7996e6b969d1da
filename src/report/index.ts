export { briefJson } from "./brief.js";
export { environment, packageVersion } from "./environment.js";
export * from "./manifold.js";
export * from "./pictures.js";
export * from "./report.js";
export type * from "./run-picture.js";
