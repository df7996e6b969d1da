import { tensor, UserError } from "../tensor/index.js";
import { deviceLost, messageOf } from "./failure.js";
import { endingWith, type LosableDevice } from "./lost.js";
import { ortBackend } from "./ort.js";
import type { Backend } from "./session.js";
import { tinyModel } from "./tiny-model.js";
import { wasmBackend, type WasmOptions } from "./wasm.js";

/** What browsers compute on: `auto` is `wasm`. */
export type WebDevice = "auto" | "wasm" | "webgpu";

/** What `onnxruntime-web` runs on, and how. */
export interface WebEngineOptions extends WasmOptions {
  /** Default `auto`. `webgpu` falls back to `wasm` where it does not compute; the engine's description says why. */
  readonly device?: WebDevice;
}

interface Gpu {
  requestAdapter(): Promise<{
    readonly info?: { readonly vendor?: string; readonly architecture?: string };
  } | null>;
}

declare const navigator: { readonly gpu?: Gpu } | undefined;

/**
 * Throws unless a backend computes. The session that was tried stays open as long as the page or worker lives: ONNX Runtime destroys
 * its device with its last session, and takes another for the next.
 */
async function requireAnswer(backend: Backend): Promise<void> {
  const session = await backend.open(tinyModel());
  const { y } = await session.run({ x: tensor("float32", [1], Float32Array.of(2)) }, ["y"]);
  if (y?.data[0] === -2) return;
  await session.close();
  throw new Error("it computes nonsense");
}

/** The device that ONNX Runtime has taken, if it tells. */
async function deviceOf(ask: () => unknown): Promise<LosableDevice | undefined> {
  try {
    const device = (await ask()) as LosableDevice | undefined;
    return device?.lost instanceof Promise ? device : undefined;
  } catch {
    return undefined;
  }
}

/** ONNX Runtime on WebGPU. Throws an Error in plain words where it can't be used. */
async function webgpuBackend({ wasmPaths }: WasmOptions): Promise<Backend> {
  const gpu = typeof navigator === "undefined" ? undefined : navigator.gpu;
  if (gpu === undefined) throw new Error("this browser, or a page without https, has no WebGPU");
  const adapter = await gpu.requestAdapter();
  if (adapter === null) throw new Error("WebGPU finds no GPU");
  const ort = await import("onnxruntime-web/webgpu");
  ort.env.wasm.numThreads = 1;
  if (wasmPaths !== undefined) ort.env.wasm.wasmPaths = wasmPaths;
  const { vendor, architecture } = adapter.info ?? {};
  const name = [vendor, architecture].filter(Boolean).join(" ");
  const backend = ortBackend(ort, {
    device: "webgpu",
    description: `ONNX Runtime WebGPU${name === "" ? "" : ` on ${name}`}`,
    threads: null,
    loops: false,
    executionProviders: ["webgpu", "wasm"],
  });
  await requireAnswer(backend);
  const device = await deviceOf(() => ort.env.webgpu.device);
  if (device === undefined) return backend;
  const lost = device.lost.then(({ message, reason }) => {
    throw deviceLost(message === "" ? (reason ?? "") : message);
  });
  return endingWith(backend, lost);
}

/**
 * What a browser computes on. Throws a UserError for a device that browsers don't have; where WebGPU doesn't work, it is
 * WebAssembly, with the reason in its description.
 */
export async function webBackend({ device = "auto", ...options }: WebEngineOptions = {}): Promise<Backend> {
  if (device === "auto" || device === "wasm") return wasmBackend(options);
  if (device !== "webgpu") {
    throw new UserError(`browsers compute on wasm or webgpu, not on ${String(device)}`, 2);
  }
  try {
    return await webgpuBackend(options);
  } catch (error) {
    const why = messageOf(error);
    const wasm = await wasmBackend(options);
    return { ...wasm, description: `${wasm.description}; webgpu can't be used: ${why}` };
  }
}
