export { type Call, type Engine, LocalEngine } from "./engine.js";
export { evaluateOn, type Feeds, type Prepared, prepareOn } from "./evaluate.js";
export type { Backend, Session, SessionOptions, Tensors } from "./session.js";
