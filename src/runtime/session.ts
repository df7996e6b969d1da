import type { Tensor } from "../tensor/index.js";

/** Named values going into or coming out of a model. */
export type Tensors = Readonly<Record<string, Tensor>>;

/** What a session may use. */
export interface SessionOptions {
  /** Threads inside one operator; default: what the engine chooses. */
  readonly threads?: number;
  /** Extra session settings of ONNX Runtime (`session.*` configuration entries). */
  readonly config?: Readonly<Record<string, string>>;
  /** Writes a profile with this file name prefix (Node only). */
  readonly profile?: string;
}

/** A compiled model ready to run. One `run` at a time. */
export interface Session {
  /** Runs the model. Results for names in `into` are written to the given tensors where the engine can; others are new. */
  run(feeds: Tensors, fetch: readonly string[], into?: Tensors): Promise<Record<string, Tensor>>;
  /** Frees what the session holds. */
  close(): Promise<void>;
}

/** An engine that executes ONNX models on one device. */
export interface Backend {
  /** How a run calls it: `cpu`, `webgpu`, `cuda`, `wasm`, ... */
  readonly device: string;
  /** One line for people: engine, version, threads. */
  readonly description: string;
  /** Threads of an operator, on which the last bits of results may depend; null where the device decides (a GPU). */
  readonly threads: number | null;
  /** Whether many training steps a call (ONNX `Loop`) work and pay off on this device. */
  readonly loops: boolean;
  /** Operators outside the ONNX standard that it has, as `domain.Operator`. */
  readonly extensions: readonly string[];
  /** Reads a model. Throws an Error with the engine's message if it can't. */
  open(model: Uint8Array, options?: SessionOptions): Promise<Session>;
}
