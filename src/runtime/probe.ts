import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { NodeDevice } from "./node.js";

/** What a small computation on a device showed. */
export type ProbeResult =
  /** It computes right, `speed` times as fast as this machine's CPU in a chain of matrix products. */
  | { readonly ok: true; readonly speed: number }
  /** It computes right, but it is the renderer of this name, on the CPU. */
  | { readonly ok: true; readonly software: string }
  | { readonly ok: false; readonly reason: string };

/** Begins the line of a probe's output that holds its result. */
export const probeMarker = "latent-probe:";

function scriptPath(): string {
  const fromSource = import.meta.url.endsWith(".ts");
  const script = fromSource ? "../../dist/runtime/device-probe.js" : "./device-probe.js";
  return fileURLToPath(new URL(script, import.meta.url));
}

/** Engines wrap their messages in source paths and functions; keeps the last sentence. */
function plain(message: string): string {
  if (/No supported adapters|Failed to get a WebGPU adapter/.test(message)) {
    return "no WebGPU adapter found (no GPU, or no driver for it)";
  }
  if (/Failed to load shared library/.test(message)) {
    return "its libraries do not load (for CUDA: CUDA 12 and cuDNN 9 must be installed)";
  }
  const line = message.split("\n").find((text) => text.trim() !== "") ?? message;
  return line.replace(/^\/\S*onnxruntime_src\S*\s.*?(?:was false\.|\))\s*/, "").trim();
}

/**
 * Runs a small graph on `device` in a process of its own and compares it with the CPU. Never throws: a driver
 * that crashes, hangs for longer than `timeout` milliseconds (default 30 s) or computes nonsense is a result.
 */
export function probeDevice(
  device: NodeDevice,
  timeout = 30_000,
  script: string = scriptPath(),
): Promise<ProbeResult> {
  return new Promise((resolve) => {
    const options = { timeout, killSignal: "SIGKILL", windowsHide: true, maxBuffer: 2 ** 24 } as const;
    execFile(process.execPath, [script, device], options, (error, stdout) => {
      const line = stdout.split("\n").findLast((text) => text.startsWith(probeMarker));
      if (line !== undefined) {
        const result = JSON.parse(line.slice(probeMarker.length)) as ProbeResult;
        resolve(result.ok ? result : { ok: false, reason: plain(result.reason) });
      } else if (error?.killed === true) {
        resolve({ ok: false, reason: `its driver did not answer within ${timeout / 1000} s` });
      } else {
        const how = error?.signal ? `signal ${error.signal}` : `exit code ${error?.code ?? 0}`;
        resolve({ ok: false, reason: `its driver ended the process that tried it (${how})` });
      }
    });
  });
}
