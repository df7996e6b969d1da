import os from "node:os";
import type { InferenceSession } from "onnxruntime-common";
import { be, requireArgument, UserError } from "../tensor/index.js";
import { loadElsewhere } from "./cpu-load.js";
import { directConvolutionOf } from "./direct-convolution.js";
import { keepFreedMemory } from "./heap.js";
import { type OrtModule, ortBackend } from "./ort.js";
import type { Backend } from "./session.js";
import { politeBackend } from "./polite-backend.js";

/** Devices that `onnxruntime-node` knows by name. */
export type NodeDevice = "cpu" | "cuda" | "webgpu" | "dml" | "coreml";

/** Number of threads that a CPU session uses unless told otherwise: one for each core that we may use. */
export function defaultThreads(): number {
  return os.availableParallelism();
}

/** `onnxruntime-node`, loaded when first needed. Throws if the package is not installed for this machine. */
export async function loadOrtNode(): Promise<OrtModule> {
  const loaded = (await import("onnxruntime-node")) as unknown as { default?: OrtModule } & OrtModule;
  return loaded.default ?? loaded;
}

/**
 * How `onnxruntime-node` is installed on any network: its script, which fetches CUDA libraries, is left out. Where that
 * script fails, npm removes an optional package without a word.
 */
export const installCommand = "npm install onnxruntime-node@1.30 --ignore-scripts";

/** How the libraries for NVIDIA GPUs are added to it. */
export const cudaCommand = "ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild onnxruntime-node";

/** Why `onnxruntime-node` could not be loaded, in plain words. */
export function whyNotLoaded(error: unknown, platform: string, arch: string): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const notFound = code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND";
  if (notFound && message.includes("onnxruntime_binding.node")) {
    return `onnxruntime-node has no build for ${platform} ${arch}`;
  }
  if (notFound) return `onnxruntime-node is not installed; run: ${installCommand}`;
  return `onnxruntime-node does not load on ${platform} ${arch}: ${message.split("\n")[0]}`;
}

let direct: Promise<string[]> | undefined;

/**
 * ONNX Runtime's native engine on a device. Throws a UserError if `onnxruntime-node` can't be loaded, or if its
 * build for this platform does not have the device (it would silently compute on the CPU).
 */
export async function nodeBackend(device: NodeDevice = "cpu", threads?: number): Promise<Backend> {
  requireArgument("nodeBackend", "the device", device, be.text);
  if (threads !== undefined) requireArgument("nodeBackend", "threads", threads, be.whole(1, 1024));
  const ort = await loadOrtNode().catch((error: unknown) => {
    throw new UserError(whyNotLoaded(error, process.platform, process.arch), 1, { cause: error });
  });
  const devices = ort.listSupportedBackends?.().map(({ name }) => name) ?? [device];
  if (!devices.includes(device)) {
    const here = `${process.platform} ${process.arch}`;
    throw new UserError(`onnxruntime-node has no device "${device}" on ${here}, only ${devices.join(", ")}`);
  }
  const count = threads ?? defaultThreads();
  const providers: InferenceSession.ExecutionProviderConfig[] = device === "cpu" ? ["cpu"] : [device, "cpu"];
  const backend = ortBackend(ort, {
    device,
    description: `ONNX Runtime, ${device === "cpu" ? `${count} thread${count === 1 ? "" : "s"}` : device}`,
    loops: device === "cpu" || device === "cuda",
    extensions: device === "cpu" ? ["com.microsoft.GatedAdd"] : [],
    executionProviders: providers,
    threads: device === "cpu" ? count : null,
    writesInto: true,
    onLargeOutput: keepFreedMemory,
    // a planned block of a step of convolutions is half as large again, and no faster: docs/decisions/memory.md
    ...(device === "cpu" && { memoryPattern: false }),
    config: { "session.set_denormal_as_zero": "1", "session.disable_quant_qdq": "1" },
  });
  if (device !== "cpu") return backend;
  direct ??= directConvolutionOf(backend);
  return { ...backend, extensions: [...backend.extensions, ...(await direct)] };
}

/**
 * The native engine on the CPU for a program that has the machine to share: its threads don't spin while other programs
 * keep cores busy. Their number, and the results, are those of `nodeBackend`.
 */
export async function sharingBackend(threads = defaultThreads()): Promise<Backend> {
  const backend = await nodeBackend("cpu", threads);
  return threads === 1 ? backend : politeBackend(backend, loadElsewhere(os.availableParallelism()));
}
