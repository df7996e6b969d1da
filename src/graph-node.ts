import { nodePlatform } from "./node.js";
import { be, type ChecksOf, requireOptions } from "./tensor/index.js";
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

const engineChecks = {
  device: be.text,
  threads: be.whole(1, 1024),
} as const satisfies ChecksOf<EngineOptions>;

/**
 * Starts an engine in a thread of its own: a place where programs run and values stay between calls. Throws a UserError
 * if the device is unknown or can't be used here, with the reason.
 */
export async function startEngine(options: EngineOptions = {}): Promise<Engine> {
  requireOptions("startEngine", options, engineChecks);
  const { device = "auto", threads } = options;
  return nodePlatform.startEngine(device, threads);
}
