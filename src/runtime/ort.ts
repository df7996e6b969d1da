import type { InferenceSession, OnnxValue, Tensor as OrtTensor, TensorConstructor } from "onnxruntime-common";
import { type DType, isShared, type Tensor, tensor, type TypedArray } from "../tensor/index.js";
import { freeNow } from "./free-now.js";
import type { Backend, Session, SessionOptions } from "./session.js";

/** The part of `onnxruntime-node` and `onnxruntime-web` that is used here; both have it. */
export interface OrtModule {
  readonly InferenceSession: {
    create(model: Uint8Array, options?: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
  readonly Tensor: TensorConstructor;
  /** The execution providers of this build, of `onnxruntime-node` only. */
  listSupportedBackends?(): readonly { readonly name: string; readonly bundled: boolean }[];
  readonly env?: { readonly versions: { readonly common: string } };
}

const ortTypes = new Set(["float32", "float64", "int32", "int64", "uint8", "bool"]);

function toOrt(ort: OrtModule, value: Tensor): OrtTensor {
  return new ort.Tensor(value.dtype as "float32", value.data as Float32Array, value.shape);
}

function fromOrt(name: string, value: OnnxValue): Tensor {
  if (!ortTypes.has(value.type)) throw new Error(`output "${name}" has the unsupported type ${value.type}`);
  return tensor(value.type as DType, value.dims, value.data as TypedArray);
}

/** `onnxruntime-node` copies what it has written into memory of ours to a new buffer, too; that one is garbage. */
function freeCopy({ data }: OnnxValue, written: Tensor): void {
  if (ArrayBuffer.isView(data) && data.buffer !== written.data.buffer) freeNow(data);
}

/** Outputs of this many bytes or more are worth preparing the memory for. */
const largeOutput = 2 ** 20;

class OrtSession implements Session {
  constructor(
    private readonly ort: OrtModule,
    private readonly session: InferenceSession,
    private readonly backend: OrtBackendOptions,
  ) {}

  async run(
    feeds: Readonly<Record<string, Tensor>>,
    fetch: readonly string[],
    into: Readonly<Record<string, Tensor>> = {},
  ): Promise<Record<string, Tensor>> {
    const inputs: Record<string, OrtTensor> = {};
    for (const name of this.session.inputNames) {
      const value = feeds[name];
      if (value === undefined) throw new Error(`the model's input "${name}" was not given`);
      inputs[name] = toOrt(this.ort, value);
    }
    const wanted: Record<string, OrtTensor | null> = {};
    const written: Record<string, Tensor> = {};
    for (const name of fetch) {
      if (!this.session.outputNames.includes(name)) throw new Error(`the model has no output "${name}"`);
      const place = into[name];
      wanted[name] = null;
      if (place === undefined || !this.fits(name, place, feeds)) continue;
      wanted[name] = toOrt(this.ort, place);
      written[name] = place;
    }
    const results = fetch.length === 0 ? {} : await this.session.run(inputs, wanted);
    const outputs: Record<string, Tensor> = {};
    for (const name of fetch) {
      const result = results[name] as OnnxValue;
      const output = written[name] ?? fromOrt(name, result);
      if (output === written[name]) freeCopy(result, output);
      if (output.data.byteLength >= largeOutput) this.backend.onLargeOutput?.();
      outputs[name] = output;
    }
    return outputs;
  }

  /** Whether the engine can write an output to `place`: only if the output's shape follows from the feeds. */
  private fits(name: string, place: Tensor, feeds: Readonly<Record<string, Tensor>>): boolean {
    const declared = this.session.outputMetadata.find((output) => output.name === name);
    if (this.backend.writesInto !== true || declared?.isTensor !== true || declared.type !== place.dtype)
      return false;
    if (isShared(place)) return false;
    const { shape } = declared;
    if (shape.length !== place.shape.length) return false;
    return shape.every((dim, i) => {
      const size = typeof dim === "string" ? this.lengthOf(dim, feeds) : dim;
      return size === place.shape[i];
    });
  }

  /** The length of a named dimension, by the inputs that have it; undefined if none has. */
  private lengthOf(dim: string, feeds: Readonly<Record<string, Tensor>>): number | undefined {
    for (const input of this.session.inputMetadata) {
      const at = input.isTensor ? input.shape.indexOf(dim) : -1;
      const length = at < 0 ? undefined : feeds[input.name]?.shape[at];
      if (typeof length === "number") return length;
    }
    return undefined;
  }

  async close(): Promise<void> {
    await this.session.release();
  }
}

/**
 * What every session is told. ONNX Runtime 1.30's DivMulFusion makes invalid models of valid ones, and wrong ones where
 * numbers are whole; what is good of it, `divideProducts` does before the model is encoded. Its MatMulScaleFusion takes a
 * factor of products of batches of matrices as a float32, in float64 too.
 */
const always: Readonly<Record<string, string>> = {
  "optimization.disable_specified_optimizers": "DivMulFusion;MatMulScaleFusion",
};

/** What tells one ONNX Runtime backend from another. */
export interface OrtBackendOptions {
  readonly device: string;
  readonly description: string;
  readonly loops: boolean;
  readonly extensions?: readonly string[];
  readonly executionProviders: readonly InferenceSession.ExecutionProviderConfig[];
  readonly threads: number | null;
  /** Whether it writes outputs to memory that it is given; default false. */
  readonly writesInto?: boolean;
  /** Called after each run that had a large output. */
  readonly onLargeOutput?: () => void;
  /** Whether a session plans one block of memory for all that a run holds; default true, as in ONNX Runtime. */
  readonly memoryPattern?: boolean;
  /** Session settings that this device wants. */
  readonly config?: Readonly<Record<string, string>>;
}

/** A backend over either ONNX Runtime package. */
export function ortBackend(ort: OrtModule, backend: OrtBackendOptions): Backend {
  return {
    device: backend.device,
    description: backend.description,
    threads: backend.threads,
    loops: backend.loops,
    extensions: backend.extensions ?? [],
    async open(model: Uint8Array, options: SessionOptions = {}): Promise<Session> {
      const threads = options.threads ?? backend.threads;
      const config = { ...always, ...backend.config, ...options.config };
      const session = await ort.InferenceSession.create(model, {
        executionProviders: [...backend.executionProviders],
        graphOptimizationLevel: "all",
        // Errors reach the caller as exceptions; on the terminal they would only be noise.
        logSeverityLevel: 4,
        ...(threads === null ? {} : { intraOpNumThreads: threads, interOpNumThreads: 1 }),
        enableMemPattern: backend.memoryPattern ?? true,
        extra: nest(config),
        ...(options.profile === undefined
          ? {}
          : { enableProfiling: true, profileFilePrefix: options.profile }),
      });
      return new OrtSession(ort, session, backend);
    },
  };
}

/** `{"a.b": v}` as `{a: {b: v}}`, the form in which the JavaScript API takes configuration entries. */
function nest(config: Readonly<Record<string, string>>): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const [path, value] of Object.entries(config)) {
    const keys = path.split(".");
    let at = root;
    for (const key of keys.slice(0, -1)) at = (at[key] ??= {}) as Record<string, unknown>;
    at[keys.at(-1) as string] = value;
  }
  return root;
}
