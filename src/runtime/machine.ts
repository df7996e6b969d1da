import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { defaultThreads, loadOrtNode, type NodeDevice } from "./node.js";
import { probeDevice, type ProbeResult } from "./probe.js";

/** What is asked of a machine in order to know its devices; a parameter, so that others can be pretended. */
export interface Machine {
  readonly platform: string;
  readonly arch: string;
  readonly threads: number;
  /** Whether a file or folder is there. */
  has(file: string): boolean;
  /** Whether a folder holds a file whose name begins like this. */
  hasLike(folder: string, start: string): boolean;
  /** Loads `onnxruntime-node`; answers its version, device names and the folder of its libraries. */
  native(): Promise<NativeEngine>;
  /** Loads `onnxruntime-web`. */
  wasm(): Promise<void>;
  probe(device: NodeDevice): Promise<ProbeResult>;
}

/** An `onnxruntime-node` that could be loaded. */
export interface NativeEngine {
  readonly version: string;
  readonly devices: readonly string[];
  readonly folder: string;
}

/** The machine that this runs on. */
export function thisMachine(): Machine {
  const { platform, arch } = process;
  return {
    platform,
    arch,
    threads: defaultThreads(),
    has: existsSync,
    hasLike: (folder, start) =>
      existsSync(folder) && readdirSync(folder).some((name) => name.startsWith(start)),
    native: async () => {
      const ort = await loadOrtNode();
      const main = createRequire(import.meta.url).resolve("onnxruntime-node");
      return {
        version: ort.env?.versions.common ?? "",
        devices: ort.listSupportedBackends?.().map(({ name }) => name) ?? ["cpu"],
        folder: path.resolve(path.dirname(main), "..", "bin", "napi-v6", platform, arch),
      };
    },
    wasm: async () => {
      await import("onnxruntime-web/wasm");
    },
    probe: probeDevice,
  };
}
