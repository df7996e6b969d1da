import { nodePlatform } from "./node.js";
import type { Engine } from "./runtime/index.js";

export * from "./graph.js";
export { nodeBackend, type NodeDevice } from "./runtime/node.js";

/** How an engine is started. */
export interface EngineOptions {
  /** `auto` (default), `cpu`, `cuda`, `webgpu`, `wasm`, ... */
  readonly device?: string;
  /** Threads on the CPU; default one a core. */
  readonly threads?: number;
}

/**
 * Starts an engine in a thread of its own: a place where programs run and values stay between calls. Throws a UserError
 * if the device is unknown or can't be used here, with the reason.
 */
export function startEngine({ device = "auto", threads }: EngineOptions = {}): Promise<Engine> {
  return nodePlatform.startEngine(device, threads);
}
