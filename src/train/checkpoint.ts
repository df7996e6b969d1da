import { createHash } from "node:crypto";
import { decodeSafetensors, encodeSafetensors } from "../model/index.js";
import { type Tensor, UserError } from "../tensor/index.js";
import { parseProgress } from "./progress-schema.js";
import type { TrainState } from "./state.js";

const format = "latent-checkpoint-1";

function digest(progress: string, tensors: Readonly<Record<string, Tensor>>): string {
  const hash = createHash("sha256").update(progress);
  for (const name of Object.keys(tensors).sort()) {
    const { data, shape, dtype } = tensors[name] as Tensor;
    hash.update(`${name} ${dtype} ${shape.join()}`);
    hash.update(new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength));
  }
  return hash.digest("hex");
}

/** A training state as one safetensors file, with a SHA-256 over everything in it. */
export function encodeCheckpoint({ progress, tensors }: TrainState): Uint8Array {
  const text = JSON.stringify(progress);
  return encodeSafetensors(tensors, { format, progress: text, sha256: digest(text, tensors) });
}

/** Reads a checkpoint. Throws a UserError naming `source` if it is none, or if a single bit of it has changed. */
export function decodeCheckpoint(bytes: Uint8Array, source: string): TrainState {
  const { tensors, metadata } = decodeSafetensors(bytes, source);
  const { progress, sha256 } = metadata;
  if (metadata.format !== format || progress === undefined) {
    throw new UserError(`${source} is not a checkpoint of latent`);
  }
  if (digest(progress, tensors) !== sha256) {
    throw new UserError(
      `${source} is damaged: its contents don't match its checksum. Delete it to go on from the best checkpoint, if there is one`,
    );
  }
  return { tensors, progress: parseProgress(progress, source) };
}
