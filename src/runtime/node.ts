import os from "node:os";
import type { InferenceSession } from "onnxruntime-common";
import { UserError } from "../tensor/index.js";
import { loadElsewhere } from "./cpu-load.js";
import { keepFreedMemory } from "./heap.js";
import { type OrtModule, ortBackend } from "./ort.js";
import type { Backend } from "./session.js";
import { sharedBackend } from "./shared-backend.js";
import { type Share, shareFolder, shareOf } from "./shares.js";

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

/**
 * ONNX Runtime's native engine on a device. Throws a UserError if `onnxruntime-node` can't be loaded, or if its
 * build for this platform does not have the device (it would silently compute on the CPU).
 */
export async function nodeBackend(device: NodeDevice = "cpu", threads?: number): Promise<Backend> {
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
  return ortBackend(ort, {
    device,
    description: `ONNX Runtime, ${device === "cpu" ? `${count} thread${count === 1 ? "" : "s"}` : device}`,
    loops: device === "cpu" || device === "cuda",
    extensions: device === "cpu" ? ["com.microsoft.GatedAdd"] : [],
    executionProviders: providers,
    threads: count,
    writesInto: true,
    onLargeOutput: keepFreedMemory,
    config: { "session.set_denormal_as_zero": "1", "session.disable_quant_qdq": "1" },
  });
}

/**
 * The native engine on the CPU with its share of the cores: all of them while it is alone, fewer while other engines
 * of this user train or evaluate, or other programs keep cores busy (threads that wait for a core make an operation
 * slower than one thread alone). `share` is its place among them; by default it has none and isn't seen by others.
 */
export async function sharingBackend(share: Share = { folder: shareFolder() }): Promise<Backend> {
  const cores = defaultThreads();
  if (cores === 1) return nodeBackend("cpu", 1);
  const { threads, others } = shareOf(share, cores);
  const backend = await nodeBackend("cpu", threads);
  const load = loadElsewhere(cores);
  const free = (): number => Math.max(1, cores - Math.round(load()));
  const shared = sharedBackend(backend, () => Math.min(shareOf(share, cores).threads, free()));
  if (others === 0) return shared;
  const who = others === 1 ? "another engine" : `${others} other engines`;
  return { ...shared, description: `${shared.description}; shares ${cores} cores with ${who}` };
}
