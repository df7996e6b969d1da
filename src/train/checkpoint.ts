import { createHash } from "node:crypto";
import { sealed, unsealed } from "./checkpoint-file.js";
import type { TrainState } from "./state.js";

function sha256(pieces: readonly Uint8Array[]): string {
  const hash = createHash("sha256");
  for (const piece of pieces) hash.update(piece);
  return hash.digest("hex");
}

/** A training state as one safetensors file, with a SHA-256 over everything in it. */
export function encodeCheckpoint(state: TrainState): Uint8Array {
  const { pieces, seal } = unsealed(state);
  return seal(sha256(pieces));
}

/** Reads a checkpoint. Throws a UserError naming `source` if it is none, or if a single bit of it has changed. */
export function decodeCheckpoint(bytes: Uint8Array, source: string): TrainState {
  const { pieces, open } = sealed(bytes, source);
  return open(sha256(pieces));
}
