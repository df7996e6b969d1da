import { be, type ChecksOf, requireOptions } from "../tensor/index.js";
import { ortBackend } from "./ort.js";
import type { Backend } from "./session.js";

/** How `onnxruntime-web` runs. */
export interface WasmOptions {
  /** Threads; default 1. More need a page that is cross-origin isolated. */
  readonly threads?: number;
  /** Where the engine's .wasm and .mjs files are, if not beside the script. */
  readonly wasmPaths?: string;
}

const wasmChecks = {
  threads: be.whole(1, 1024),
  wasmPaths: be.text,
} as const satisfies ChecksOf<WasmOptions>;

/** ONNX Runtime's WebAssembly engine: in browsers, and in Node where there is no native one. */
export async function wasmBackend(options: WasmOptions = {}): Promise<Backend> {
  requireOptions("wasmBackend", options, wasmChecks);
  const { threads = 1, wasmPaths } = options;
  const ort = await import("onnxruntime-web/wasm");
  ort.env.wasm.numThreads = threads;
  if (wasmPaths !== undefined) ort.env.wasm.wasmPaths = wasmPaths;
  return ortBackend(ort, {
    device: "wasm",
    description: `ONNX Runtime WebAssembly, ${threads} thread${threads === 1 ? "" : "s"}`,
    threads,
    loops: true,
    executionProviders: ["wasm"],
  });
}
