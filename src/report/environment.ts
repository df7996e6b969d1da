import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";

function versionIn(file: string | URL): string {
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}

/** The version of this package. */
export function packageVersion(): string {
  return versionIn(new URL("../../package.json", import.meta.url));
}

function runtimeVersion(): string {
  try {
    return versionIn(createRequire(import.meta.url).resolve("onnxruntime-node/package.json"));
  } catch {
    return "not installed";
  }
}

/** What this runs on, by name, for a report. */
export function environment(): Record<string, string> {
  const cpus = os.cpus();
  return {
    latent: packageVersion(),
    "onnxruntime-node": runtimeVersion(),
    node: process.version,
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    processor: `${cpus[0]?.model.trim() || "unknown"}, ${os.availableParallelism()} threads`,
    memory: `${Math.round(os.totalmem() / 2 ** 30)} GB`,
  };
}
