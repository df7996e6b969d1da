import type { TrainedVae } from "../../model/index.js";
import type { Platform } from "../../train/index.js";
import type { BulkPlan, BulkTask, SavedReading } from "../protocol.js";

/** Rows of a run, and where they begin in its file if that is known. */
export interface Shard {
  readonly from: number;
  readonly to: number;
  readonly offset?: number;
}

/** What comes of a shard: contents by name, put together over all shards in their order. */
export type ShardOutputs = Readonly<Record<string, Uint8Array>>;

/** What is done with the shards of a run. */
export interface ShardTask {
  run(shard: Shard): Promise<ShardOutputs>;
  close(): Promise<void>;
}

/** What a task of a kind is made of. */
export interface TaskPlace<Op extends BulkTask["op"] = BulkTask["op"]> {
  readonly plan: BulkPlan;
  readonly task: Extract<BulkTask, { op: Op }>;
  readonly model: TrainedVae;
  readonly platform: Platform;
  /** Where the data are here; `mnist` where they are that; undefined of a task without. */
  readonly source: string | undefined;
  /** What scoring learned of the usual. */
  readonly usual?: string;
  /** A line for each example, what it is called. */
  readonly ids?: Uint8Array;
  /** Codes that are decoded in place of draws of the prior. */
  readonly codes?: Uint8Array;
  /** Bytes that examples may take in memory. */
  readonly memory?: number;
}

export type { SavedReading };

/** Lines of JSON as bytes. */
export function linesOf(values: readonly unknown[]): Uint8Array {
  return new TextEncoder().encode(values.map((value) => `${JSON.stringify(value)}\n`).join(""));
}

/** The bytes of numbers. */
export function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Numbers out of their bytes. */
export function numbersOf(bytes: Uint8Array): Float32Array {
  return new Float32Array(new Uint8Array(bytes).buffer);
}

/** Contents one behind the other. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
