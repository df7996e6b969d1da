import { whyNotLoaded } from "./node.js";

let warned = false;

/**
 * Says, once a process and as a warning of Node's, that computing goes on without the native engine, why, and what to do.
 * npm removes an optional package whose install script fails, as `onnxruntime-node`'s does on a closed network, in silence.
 */
export function warnOfMissingNative(error: unknown): void {
  if (warned) return;
  warned = true;
  const why = whyNotLoaded(error, process.platform, process.arch);
  process.emitWarning(`${why}. Until then Latent computes in WebAssembly, at about a fifth of the speed`, {
    type: "LatentWarning",
    code: "LATENT_NO_NATIVE_ENGINE",
  });
}
