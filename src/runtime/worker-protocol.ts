import type { Tensor } from "../tensor/index.js";
import type { NodeDevice } from "./node.js";

/** What a worker is asked: a method of its engine, by name. */
export interface Request {
  readonly id: number;
  readonly method: "open" | "put" | "take" | "run" | "release" | "close";
  readonly args: readonly unknown[];
}

/** What it answers. */
export type Response =
  | { readonly id: number; readonly value: unknown }
  | {
      readonly id: number;
      readonly error: string;
      /** Whether it is one that a user can act on, a UserError. */
      readonly forUser?: boolean;
    };

/** What a worker's engine runs on. */
export interface Started {
  readonly device: string;
  readonly description: string;
  readonly threads: number | null;
  readonly loops: boolean;
  readonly extensions: readonly string[];
  /** By what its end is noticed, in browsers. */
  readonly life?: string;
}

/** Its first message: what it runs on, or why it couldn't start. */
export type Hello = Started | { readonly failure: string };

/** How a worker is started. */
export interface WorkerOptions {
  readonly device: NodeDevice | "wasm";
  readonly threads?: number;
  /** Whether its threads make room for other programs (see `politeBackend`); default false. */
  readonly polite?: boolean;
}

/** What a worker is started with. */
export interface WorkerData {
  readonly options: WorkerOptions;
  /** The memory of its `NativeDoor`. */
  readonly door: SharedArrayBuffer;
}

/** The buffers that can be handed over instead of copied; shared ones need neither. */
export function transferables(values: Readonly<Record<string, Tensor>>): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  for (const { data } of Object.values(values)) {
    if (data.buffer instanceof ArrayBuffer && data.byteLength === data.buffer.byteLength)
      buffers.add(data.buffer);
  }
  return [...buffers];
}

/** The buffers under lent values, which are handed over whole even where a value fills but a part of one. */
export function lentBuffers(values: Readonly<Record<string, Tensor>>): ArrayBuffer[] {
  const buffers = Object.values(values).map(({ data }) => data.buffer);
  return [...new Set(buffers.filter((buffer) => buffer instanceof ArrayBuffer))];
}
