export { briefJson } from "./brief.js";
export { environment, packageVersion } from "./environment.js";
export * from "./pictures.js";
export * from "./report.js";
