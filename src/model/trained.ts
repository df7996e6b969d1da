import { be, type ChecksOf, requireArgument, requireOptions, valueInWords } from "../catalogue/index.js";
import { type ExampleSchema, pictureRange, rows, wholeSchema } from "../data/portable.js";
import type { Encoding } from "../distributions/index.js";
import { type Backend, type Session, type Tensors } from "../runtime/index.js";
import { allocate, isShared, sizeOf, type Tensor, tensor, UserError } from "../tensor/index.js";
import {
  decoderFunction,
  drawnExamplesFunction,
  drawnCodesFunction,
  encoderFunction,
  type ExampleType,
  type FunctionOptions,
  type ModelFunction,
  priorFunction,
  temperedPriorFunction,
} from "./functions.js";
import { ExampleBatch } from "./images.js";
import { whyOutside } from "./inside.js";
import { noiseRows } from "./noise.js";
import type { Vae } from "./vae.js";

/**
 * Examples for a model, of shape [n, ...input], or one example: floats in the units of the data that it was trained on, or
 * bytes, which are read as those were (x/255, unless the model's `schema` says otherwise).
 */
export type ModelInput = Tensor<"uint8"> | Tensor<"float32">;

/** Where examples go. */
export interface DecodeOptions {
  /**
   * Memory for the examples, n times the numbers of one, which the result then lies in; default: new memory. With the same
   * array for each call nothing is left to the garbage collector, which matters where thousands are drawn in a loop.
   */
  readonly into?: Float32Array;
  /**
   * Draws of the likelihood in place of its mean: black and white pixels of a Bernoulli, noisy numbers of a normal, as the
   * data are. Default false.
   */
  readonly draw?: boolean;
  /** Seed of the draws; default 0. Draw i does not depend on how many are decoded. */
  readonly seed?: number;
}

/** How the prior is drawn. */
export interface DrawOptions {
  /** Default 0. Equal seeds give equal draws; draw i does not depend on how many are asked for. */
  readonly seed?: number;
  /**
   * What the draws' distance from the prior's location is multiplied by: below 1 nearer to what is typical, above 1 more varied.
   * Default 1. For priors with a location and a spread, such as normal, laplace and student-t.
   */
  readonly temperature?: number;
}

/** How `generate` draws. */
export interface GenerateOptions extends DrawOptions, DecodeOptions {}

const drawChecks = { seed: be.seed, temperature: be.number(0) } as const satisfies ChecksOf<DrawOptions>;
const decodeChecks = {
  into: { expected: "a Float32Array", ok: (value) => value instanceof Float32Array },
  draw: be.boolean,
  seed: be.seed,
} as const satisfies ChecksOf<DecodeOptions>;
/** A trained model, where a function of the API takes one. */
export const aTrainedModel = be.having(
  ["definition", "weights"],
  "a trained model, such as train(...) or loadModel(...) gives",
);
const floats = be.tensor("float32");
const examples = be.tensor("uint8", "float32");

function requireExamples(where: string, x: unknown, name = "x"): void {
  requireArgument(where, name, x, examples);
}

function requireDraws(n: unknown): void {
  if (!Number.isSafeInteger(n) || (n as number) < 1)
    throw new UserError(`the number of samples must be a whole number from 1, got ${valueInWords(n)}`, 2);
}

/** Numbers of an example that are computed at a time, in all examples of a block: 1.6 MB stay in a core's cache. */
const blockNumbers = 400_000;
const largestBlock = 1024;

type Build = (
  model: Vae,
  weights: Readonly<Record<string, Tensor>>,
  options: FunctionOptions,
) => ModelFunction;

const aVae = be.having(["input", "parameters"], "a model, such as vae({ input: [28, 28] })");

function inputOf(definition: Vae): readonly number[] {
  requireArgument("TrainedVae", "the definition", definition, aVae);
  return definition.input;
}

/**
 * A model with its weights: the functions that a user calls. All results are float32; examples come and go in the units of
 * the data that it was trained on. What takes examples throws a UserError for numbers that its likelihood can't put out,
 * NaN among them.
 */
export class TrainedVae<E extends Encoding = Encoding> {
  private readonly sessions = new Map<ModelFunction, Promise<Session>>();
  private readonly functions = new Map<string, ModelFunction>();

  constructor(
    readonly definition: Vae<E>,
    readonly weights: Readonly<Record<string, Tensor>>,
    private readonly openBackend: () => Promise<Backend>,
    /** What the numbers of an example are; default: bytes are x/255, floats as they are. */
    readonly schema: ExampleSchema = wholeSchema(inputOf(definition)),
  ) {
    requireArgument("TrainedVae", "the weights", weights, be.having([], "an object of tensors by name"));
    requireArgument("TrainedVae", "what opens an engine", openBackend, be.callable);
    for (const [name, { shape }] of Object.entries(definition.parameters)) {
      const found = weights[name]?.shape.join();
      if (found !== shape.join()) {
        throw new UserError(
          `the weights have ${found ? `[${found}]` : "nothing"} for "${name}", expected [${shape}]`,
        );
      }
    }
  }

  /**
   * The posterior's parameters for examples: for a normal one `mean` and `logVar`, each [n, latent]; of other families the
   * parameters by name, and `mean` where there is one. Throws a UserError if the examples don't fit the model.
   */
  async encode(x: ModelInput): Promise<E> {
    requireExamples("encode", x);
    const examples = this.examplesOf(x);
    const fn = this.functionNamed("encoder", encoderFunction, examples.dtype);
    const encoded = await this.inBlocks(fn, examples.shape[0] ?? 0, (start, end) => ({
      x: unshared(rows(examples, start, end)),
    }));
    return encoded as Encoding as E;
  }

  /**
   * The examples [n, ...input] for latents [n, latent]: the likelihood's mean or, with `draw`, draws of it. Throws a
   * UserError if the latents' shape or the length of `into` is another.
   */
  async decode(z: Tensor<"float32">, options: DecodeOptions = {}): Promise<ExampleBatch> {
    requireArgument("decode", "z", z, floats);
    requireOptions("decode", options, decodeChecks);
    const { into } = options;
    if (z.shape.length !== 2 || z.shape[1] !== this.definition.latent) {
      throw new UserError(
        `decode takes latents of shape [n, ${this.definition.latent}], got [${z.shape.join(", ")}]`,
      );
    }
    requireFiniteLatents(z);
    const shape = [z.shape[0] ?? 0, ...this.definition.input];
    if (into !== undefined && into.length !== sizeOf(shape)) {
      throw new UserError(
        `into must hold [${shape.join(", ")}], ${sizeOf(shape)} numbers; it holds ${into.length}`,
        2,
      );
    }
    const { draw = false, seed = 0 } = options;
    const fn = draw
      ? this.functionNamed("examples", drawnExamplesFunction)
      : this.functionNamed("decoder", decoderFunction);
    const source = { seed, purpose: "likelihood" };
    const places = into && { x: tensor("float32", shape, into) };
    const feedsFor = (start: number, end: number): Tensors => ({
      z: unshared(rows(z, start, end)),
      ...noiseFeeds(fn, source, start, end),
    });
    const results = await this.inBlocks(fn, shape[0] ?? 0, feedsFor, places);
    return new ExampleBatch(shape, results.x?.data ?? new Float32Array(0), pictureRange(this.schema));
  }

  /** Examples encoded to the posterior's mean and decoded again. */
  async reconstruct(x: ModelInput): Promise<ExampleBatch> {
    requireExamples("reconstruct", x);
    return this.decode(await this.codes(x));
  }

  /** The codes [n, latent] of examples: the posterior's mean or, of a family without one, a draw, always the same. */
  async codes(x: ModelInput): Promise<Tensor<"float32">> {
    requireExamples("codes", x);
    const examples = this.examplesOf(x);
    const encoder = this.functionNamed("encoder", encoderFunction, examples.dtype);
    const hasMean = encoder.graph.outputs.includes("mean");
    const fn = hasMean ? encoder : this.functionNamed("codes", drawnCodesFunction, examples.dtype);
    const source = { seed: 0, purpose: "codes" };
    const results = await this.inBlocks(fn, examples.shape[0] ?? 0, (start, end) => ({
      x: unshared(rows(examples, start, end)),
      ...noiseFeeds(fn, source, start, end),
    }));
    return results[hasMean ? "mean" : "z"] as Tensor<"float32">;
  }

  /**
   * `n` draws [n, latent] of the prior. Throws a UserError if `n` is no whole number from 1, and for a temperature where the
   * prior has no spread that could be scaled.
   */
  async samplePrior(n: number, options: DrawOptions = {}): Promise<Tensor<"float32">> {
    requireDraws(n);
    requireOptions("samplePrior", options, drawChecks);
    const { seed = 0, temperature = 1 } = options;
    const fn =
      temperature === 1
        ? this.functionNamed("prior", priorFunction)
        : this.functionNamed("tempered-prior", temperedPriorFunction);
    const given =
      temperature === 1 ? {} : { temperature: tensor("float32", [], Float32Array.of(temperature)) };
    const source = { seed, purpose: "generate" };
    const results = await this.inBlocks(fn, n, (start, end) => ({
      ...given,
      ...noiseFeeds(fn, source, start, end),
    }));
    return results.z as Tensor<"float32">;
  }

  /**
   * `n` new examples [n, ...input]: draws of the prior, decoded, in memory of their own or `into`. Throws a UserError if `n`
   * is no whole number from 1 or the length of `into` is another.
   */
  async generate(n: number, options: GenerateOptions = {}): Promise<ExampleBatch> {
    requireDraws(n);
    requireOptions("generate", options, { ...drawChecks, ...decodeChecks });
    const { seed = 0, temperature = 1, ...decode } = options;
    return this.decode(await this.samplePrior(n, { seed, temperature }), { ...decode, seed });
  }

  /** Examples [steps, ...input] on the straight line between the codes of two examples, both ends included. */
  async interpolate(from: ModelInput, to: ModelInput, steps = 10): Promise<ExampleBatch> {
    if (!Number.isInteger(steps) || steps < 2)
      throw new UserError(`interpolation takes 2 steps or more, got ${steps}`, 2);
    requireExamples("interpolate", from, "its first example");
    requireExamples("interpolate", to, "its second example");
    const a = await this.codes(from);
    const b = await this.codes(to);
    const { latent } = this.definition;
    const path = allocate("float32", steps * latent);
    for (let i = 0; i < path.length; i++) {
      const t = Math.floor(i / latent) / (steps - 1);
      path[i] = (a.data[i % latent] ?? 0) * (1 - t) + (b.data[i % latent] ?? 0) * t;
    }
    return this.decode(tensor("float32", [steps, latent], path));
  }

  /** Frees the engine's sessions; the model can be used again and opens new ones. */
  async close(): Promise<void> {
    const opening = [...this.sessions.values()];
    this.sessions.clear();
    const opened = (await Promise.allSettled(opening)).flatMap((result) =>
      result.status === "fulfilled" ? [result.value] : [],
    );
    const closed = await Promise.allSettled(opened.map((session) => session.close()));
    for (const result of closed) if (result.status === "rejected") throw result.reason;
  }

  /** Examples, or one example, as [n, ...input]. */
  private examplesOf(x: ModelInput): ModelInput {
    const { input, dataSize } = this.definition;
    const one = x.shape.length === input.length;
    const example = one ? x.shape : x.shape.slice(1);
    if (sizeOf(example) !== dataSize || (x.shape.length > 2 && example.join() !== input.join())) {
      throw new UserError(
        `the model takes examples of shape [n, ${input.join(", ")}], got [${x.shape.join(", ")}]`,
      );
    }
    const examples = { ...x, shape: [one ? 1 : (x.shape[0] ?? 0), ...input] };
    const why = whyOutside(this.definition, this.schema, examples);
    if (why === undefined) return examples;
    const { name } = this.definition.likelihood;
    throw new UserError(`the examples do not fit the model's likelihood ${name}: ${why}`);
  }

  private functionNamed(name: string, build: Build, stored: ExampleType = "float32"): ModelFunction {
    const key = `${name}/${stored}`;
    const made =
      this.functions.get(key) ?? build(this.definition, this.weights, { stored, schema: this.schema });
    this.functions.set(key, made);
    return made;
  }

  private sessionOf(fn: ModelFunction): Promise<Session> {
    const known = this.sessions.get(fn);
    if (known !== undefined) return known;
    const opening = this.openBackend().then((backend) => backend.open(fn.graph.bytes));
    this.sessions.set(fn, opening);
    // What failed once may work the next time.
    opening.catch(() => {
      if (this.sessions.get(fn) === opening) this.sessions.delete(fn);
    });
    return opening;
  }

  /**
   * Runs a function over examples 0 to `n`, in blocks of about equal size; answers all its outputs. Those with a row
   * for each example lie in `places` or, if there is more than one block, in new memory.
   */
  private async inBlocks(
    fn: ModelFunction,
    n: number,
    feedsFor: (start: number, end: number) => Tensors,
    places: Results = {},
  ): Promise<Results> {
    const session = await this.sessionOf(fn);
    const most = Math.max(1, Math.min(largestBlock, Math.floor(blockNumbers / this.definition.dataSize)));
    const blocks = Math.ceil(n / most);
    const whole = { ...places };
    for (let block = 0; block < blocks; block++) {
      const [from, to] = [Math.round((block * n) / blocks), Math.round(((block + 1) * n) / blocks)];
      const parts: Results = {};
      for (const [name, all] of Object.entries(whole))
        if (fn.perExample.has(name)) parts[name] = rows(all, from, to) as Tensor<"float32">;
      const results = (await session.run(feedsFor(from, to), fn.graph.outputs, parts)) as Results;
      for (const [name, result] of Object.entries(results)) {
        const part = parts[name];
        if (!fn.perExample.has(name) || (blocks === 1 && part === undefined)) whole[name] ??= result;
        else if (result !== part) {
          const all = (whole[name] ??= tensor("float32", [n, ...result.shape.slice(1)]));
          all.data.set(result.data, (from * all.data.length) / n);
        }
      }
    }
    return whole;
  }
}

/** The noise of examples `start` to `end` for a function. */
function noiseFeeds(
  { noise }: ModelFunction,
  source: Parameters<typeof noiseRows>[1],
  start: number,
  end: number,
): Tensors {
  return Object.fromEntries(noise.map((one) => [one.name, noiseRows(one, source, start, end)]));
}

type Results = Record<string, Tensor<"float32">>;

function requireFiniteLatents({ data, shape }: Tensor<"float32">): void {
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return;
  const width = shape[1] ?? 1;
  throw new UserError(
    `latent ${Math.floor(bad / width)} holds ${data[bad]} as coordinate ${bad % width}; only finite numbers can be decoded`,
  );
}

/** The same values outside shared memory, in which data sets lie and which ONNX Runtime does not take. */
function unshared<T extends ModelInput>(value: T): T {
  return isShared(value) ? { ...value, data: value.data.slice() } : value;
}
