import {
  allocate,
  be,
  isShared,
  requireArgument,
  type Tensor,
  tensor,
  type TypedArray,
} from "../tensor/index.js";
import { engineError } from "./failure.js";
import type { Backend, Session, SessionOptions, Tensors } from "./session.js";

/** One call of a program. Inputs that are not fed are taken from the engine's resident values. */
export interface Call {
  readonly feeds: Tensors;
  /** Inputs to take from residents of another name: input name to resident name. */
  readonly from?: Readonly<Record<string, string>>;
  /**
   * Feeds whose memory is lent to the engine: handed over rather than copied, and given back among the results,
   * under the inputs' names. Until then they must not be used.
   */
  readonly lend?: readonly string[];
  /** Outputs to answer with. */
  readonly fetch: readonly string[];
  /** Outputs to keep in the engine: output name to resident name. */
  readonly keep?: Readonly<Record<string, string>>;
}

/**
 * A place where programs run and where values stay between calls, so that weights and data sets don't cross
 * a boundary at each step. Calls are carried out one after the other, in the order in which they were made.
 */
export interface Engine {
  readonly device: string;
  readonly description: string;
  /** Threads of an operator (see `Backend`). */
  readonly threads: number | null;
  readonly loops: boolean;
  readonly extensions: readonly string[];
  /** Reads a compiled model; answers a handle for `run`. `inputs` are its input names. */
  open(model: Uint8Array, inputs: readonly string[], options?: SessionOptions): Promise<number>;
  /**
   * Puts values under names, replacing what was there. Data over a SharedArrayBuffer reach a worker without a
   * copy and are then copied once, since ONNX Runtime does not take shared memory.
   */
  put(values: Tensors): Promise<void>;
  /** Copies of resident values. Throws if a name is unknown. */
  take(names: readonly string[]): Promise<Record<string, Tensor>>;
  /** Runs a program once. */
  run(program: number, call: Call): Promise<Record<string, Tensor>>;
  /** Frees one program. */
  release(program: number): Promise<void>;
  /** Frees everything. */
  close(): Promise<void>;
}

interface Program {
  readonly session: Session;
  readonly inputs: readonly string[];
}

/** An engine in the thread that calls it. */
export class LocalEngine implements Engine {
  private readonly programs = new Map<number, Program>();
  private readonly residents = new Map<string, Tensor>();
  private readonly spares = new Map<string, Tensor>();
  /** Data that this engine allocated and nobody else holds: only these may be written over. */
  private readonly made = new WeakSet<TypedArray>();
  private nextProgram = 1;
  private queue: Promise<unknown> = Promise.resolve();

  constructor(private readonly backend: Backend) {
    requireArgument(
      "LocalEngine",
      "the backend",
      backend,
      be.having(["open", "device"], "an engine, such as wasmBackend() opens"),
    );
  }

  get device(): string {
    return this.backend.device;
  }

  get description(): string {
    return this.backend.description;
  }

  get threads(): number | null {
    return this.backend.threads;
  }

  get loops(): boolean {
    return this.backend.loops;
  }

  get extensions(): readonly string[] {
    return this.backend.extensions;
  }

  open(model: Uint8Array, inputs: readonly string[], options?: SessionOptions): Promise<number> {
    return this.inTurn(async () => {
      const session = await this.backend.open(model, options);
      const id = this.nextProgram++;
      this.programs.set(id, { session, inputs });
      return id;
    });
  }

  put(values: Tensors): Promise<void> {
    return this.inTurn(async () => {
      for (const [name, value] of Object.entries(values)) {
        this.residents.set(name, isShared(value) ? this.copyOf(value) : value);
        this.spares.delete(name);
      }
    });
  }

  take(names: readonly string[]): Promise<Record<string, Tensor>> {
    return this.inTurn(async () =>
      Object.fromEntries(names.map((name) => [name, copy(this.resident(name, "take"))])),
    );
  }

  run(program: number, call: Call): Promise<Record<string, Tensor>> {
    return this.inTurn(async () => {
      const { session, inputs } = this.program(program);
      const feeds: Record<string, Tensor> = {};
      for (const name of inputs)
        feeds[name] = call.feeds[name] ?? this.resident(call.from?.[name] ?? name, "run");
      const keep = Object.entries(call.keep ?? {});
      const into: Record<string, Tensor> = {};
      for (const [output, name] of keep) {
        const spare = this.spares.get(name);
        if (spare !== undefined) into[output] = spare;
        this.spares.delete(name);
      }
      const outputs = new Set([...call.fetch, ...keep.map(([output]) => output)]);
      const results = await session.run(feeds, [...outputs], into);
      const kept = new Set(keep.map(([output]) => output));
      const fetched = call.fetch.map((name) => {
        const value = results[name] as Tensor;
        return [name, kept.has(name) ? copy(value) : value] as const;
      });
      for (const [output, name] of keep) {
        const before = this.residents.get(name);
        const after = results[output] as Tensor;
        this.made.add(after.data);
        this.residents.set(name, after);
        if (before !== undefined && this.made.has(before.data)) this.spares.set(name, before);
      }
      const lent = (call.lend ?? []).map((name) => [name, feeds[name] as Tensor] as const);
      return Object.fromEntries([...fetched, ...lent]);
    });
  }

  release(program: number): Promise<void> {
    return this.inTurn(async () => {
      await this.program(program).session.close();
      this.programs.delete(program);
    });
  }

  close(): Promise<void> {
    return this.inTurn(async () => {
      for (const { session } of this.programs.values()) await session.close();
      this.programs.clear();
      this.residents.clear();
      this.spares.clear();
    });
  }

  private program(id: number): Program {
    const program = this.programs.get(id);
    if (program === undefined) throw new Error(`the engine has no program ${id}`);
    return program;
  }

  private resident(name: string, what: string): Tensor {
    const value = this.residents.get(name);
    if (value === undefined) throw new Error(`${what}: "${name}" was neither fed nor put into the engine`);
    return value;
  }

  private copyOf(value: Tensor): Tensor {
    const own = copy(value);
    this.made.add(own.data);
    return own;
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.queue.then(work).catch((error: unknown) => {
      throw engineError(error);
    });
    this.queue = result.catch(() => undefined);
    return result;
  }
}

function copy(value: Tensor): Tensor {
  const data = allocate(value.dtype, value.data.length);
  (data as Float32Array).set(value.data as Float32Array);
  return tensor(value.dtype, value.shape, data);
}
