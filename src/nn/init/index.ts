export { type Fans, fansOf } from "./fans.js";
export * from "./initialisations.js";
