import { decodeSafetensors, encodeSafetensors } from "../model/index.js";
import { type Tensor, UserError } from "../tensor/index.js";
import { parseProgress } from "./progress-schema.js";
import type { TrainState } from "./state.js";

/** The SHA-256 of pieces one after the other, in hexadecimal digits. */
export type Sha256 = (pieces: readonly Uint8Array[]) => string | Promise<string>;

const format = "latent-checkpoint-1";

/** What a checkpoint's digest is of. */
function digested(progress: string, tensors: Readonly<Record<string, Tensor>>): Uint8Array[] {
  const encoder = new TextEncoder();
  const pieces = [encoder.encode(progress)];
  for (const name of Object.keys(tensors).sort()) {
    const { data, shape, dtype } = tensors[name] as Tensor;
    pieces.push(
      encoder.encode(`${name} ${dtype} ${shape.join()}`),
      new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength),
    );
  }
  return pieces;
}

/** A state on its way into a file: `pieces` are what its digest is of. */
export function unsealed({ progress, tensors }: TrainState) {
  const text = JSON.stringify(progress);
  return {
    pieces: digested(text, tensors),
    seal: (sha256: string) => encodeSafetensors(tensors, { format, progress: text, sha256 }),
  };
}

/**
 * A checkpoint on its way out of a file: `open` gives the state if the digest of `pieces` is right. Throws a UserError naming
 * `source` if it is none, and `open` if a single bit of it has changed.
 */
export function sealed(bytes: Uint8Array, source: string) {
  const { tensors, metadata } = decodeSafetensors(bytes, source);
  const { progress, sha256 } = metadata;
  if (metadata.format !== format || progress === undefined) {
    throw new UserError(`${source} is not a checkpoint of latent`);
  }
  return {
    pieces: digested(progress, tensors),
    open(digest: string): TrainState {
      if (digest === sha256) return { tensors, progress: parseProgress(progress, source) };
      throw new UserError(
        `${source} is damaged: its contents don't match its checksum. Delete it to go on from the best checkpoint, if there is one`,
      );
    },
  };
}

/** A training state as one safetensors file, with a SHA-256 over everything in it. */
export async function writeCheckpoint(state: TrainState, sha256: Sha256): Promise<Uint8Array> {
  const { pieces, seal } = unsealed(state);
  return seal(await sha256(pieces));
}

/** Reads a checkpoint. Throws a UserError naming `source` if it is none, or if a single bit of it has changed. */
export async function readCheckpoint(bytes: Uint8Array, source: string, sha256: Sha256): Promise<TrainState> {
  const { pieces, open } = sealed(bytes, source);
  return open(await sha256(pieces));
}
