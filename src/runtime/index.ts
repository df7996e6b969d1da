export { type Call, type Engine, LocalEngine } from "./engine.js";
export { evaluateOn, type Feeds } from "./evaluate.js";
export { freeNow } from "./free-now.js";
export type { Backend, Session, SessionOptions, Tensors } from "./session.js";
