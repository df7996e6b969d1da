export { type RunningStudio, type ServerOptions, startStudio, usualPort } from "./server.js";
export type { StudioTools, TrainRequest } from "./types.js";
export { buildSite, type StaticSite } from "./static/site.js";
