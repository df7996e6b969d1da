import { be, requireArgument, requireOptions } from "../catalogue/index.js";
import { type ExampleSchema, pictureRange, rows, wholeSchema } from "../data/portable.js";
import type { Encoding } from "../distributions/index.js";
import type { Backend, Tensors } from "../runtime/index.js";
import { sizeOf, type Tensor, tensor, UserError } from "../tensor/index.js";
import {
  completionFunction,
  decoderFunction,
  drawnExamplesFunction,
  drawnCodesFunction,
  encoderFunction,
  classifierFunction,
  type BuildFunction,
  type ExampleType,
  logProbEachFunction,
  type ModelFunction,
  priorFunction,
  temperedPriorFunction,
} from "./functions.js";
import {
  type ClassLike,
  classesOf,
  classNumber,
  type Condition,
  drawClassNumbers,
  endConditions,
  type ModelClasses,
  settledCondition,
  unconditional,
} from "./given.js";
import { between, requireFiniteLatents } from "./latents.js";
import { ModelSessions, noiseFeeds, type Results, unshared } from "./sessions.js";
import { drawnPart, partFunctions, requirePart } from "./generate-part.js";
import { ExampleBatch } from "./images.js";
import {
  completeChecks,
  type CompleteExamplesOptions,
  decodeChecks,
  type DecodeOptions,
  drawChecks,
  type DrawOptions,
  floats,
  type GenerateOptions,
  givenChecks,
  type GivenOptions,
  inputOf,
  type ModelInput,
  requireDraws,
  requireExamples,
  requireInterpolation,
  requireWeights,
  type SeedOption,
} from "./trained-options.js";
import {
  type CodeUncertainty,
  uncertaintyChecks,
  uncertaintyIn,
  type UncertaintyOptions,
} from "./uncertainty.js";
import { modelExamples } from "./input.js";
import type { Vae } from "./vae.js";

/**
 * A model with its weights: the functions that a user calls. All results are float32; examples come and go in the units of
 * the data that it was trained on. What takes examples throws a UserError for numbers that its likelihood can't put out,
 * NaN among them.
 */
export class TrainedVae<E extends Encoding = Encoding> {
  private readonly sessions: ModelSessions;

  constructor(
    readonly definition: Vae<E>,
    readonly weights: Readonly<Record<string, Tensor>>,
    openBackend: () => Promise<Backend>,
    /** What the numbers of an example are; default: bytes are x/255, floats as they are. */
    readonly schema: ExampleSchema = wholeSchema(inputOf(definition)),
  ) {
    requireArgument("TrainedVae", "the weights", weights, be.having([], "an object of tensors by name"));
    requireArgument("TrainedVae", "what opens an engine", openBackend, be.callable);
    this.sessions = new ModelSessions(openBackend, definition.dataSize);
    requireWeights(definition, weights);
  }

  /**
   * The posterior's parameters for examples: for a normal one `mean` and `logVar`, each [n, latent]; of other families the
   * parameters by name, and `mean` where there is one. Where a conditional model is told no class and has a classifier, it takes
   * the one that this thinks likeliest. Throws a UserError if the examples or the condition don't fit the model.
   */
  async encode(x: ModelInput, options: GivenOptions = {}): Promise<E> {
    requireExamples("encode", x);
    requireOptions("encode", options, givenChecks);
    const examples = this.examplesOf(x);
    const given = await this.given("encode", examples.shape[0] ?? 0, options, examples);
    const fn = this.functionNamed("encoder", encoderFunction, examples.dtype);
    const encoded = await this.inBlocks(fn, examples.shape[0] ?? 0, (start, end) => ({
      x: unshared(rows(examples, start, end)),
      ...given?.(fn, start, end),
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
    const given = await this.given("decode", shape[0] ?? 0, options);
    const fn = draw
      ? this.functionNamed("examples", drawnExamplesFunction)
      : this.functionNamed("decoder", decoderFunction);
    const source = { seed, purpose: "likelihood" };
    const places = into && { x: tensor("float32", shape, into) };
    const feedsFor = (start: number, end: number): Tensors => ({
      z: unshared(rows(z, start, end)),
      ...noiseFeeds(fn, source, start, end),
      ...given?.(fn, start, end),
    });
    const results = await this.inBlocks(fn, shape[0] ?? 0, feedsFor, places);
    return new ExampleBatch(shape, results.x?.data ?? new Float32Array(0), pictureRange(this.schema));
  }

  /** Examples encoded to the posterior's mean and decoded again; of a conditional model with their classes, as `encode`. */
  async reconstruct(x: ModelInput, options: GivenOptions = {}): Promise<ExampleBatch> {
    requireExamples("reconstruct", x);
    requireOptions("reconstruct", options, givenChecks);
    if (this.definition.condition === undefined) return this.decode(await this.codes(x, options));
    const examples = this.examplesOf(x);
    const condition = await this.conditionFor("reconstruct", examples.shape[0] ?? 0, options, examples);
    const given = condition && { condition };
    return this.decode(await this.codes(examples, given), given);
  }

  /**
   * The codes [n, latent] of examples: the posterior's mean or, of a family without one, a draw, always the same. A conditional
   * model takes their classes, as `encode`.
   */
  async codes(x: ModelInput, options: GivenOptions = {}): Promise<Tensor<"float32">> {
    requireExamples("codes", x);
    requireOptions("codes", options, givenChecks);
    const examples = this.examplesOf(x);
    const given = await this.given("codes", examples.shape[0] ?? 0, options, examples);
    const encoder = this.functionNamed("encoder", encoderFunction, examples.dtype);
    const hasMean = encoder.graph.outputs.includes("mean");
    const fn = hasMean ? encoder : this.functionNamed("codes", drawnCodesFunction, examples.dtype);
    const source = { seed: 0, purpose: "codes" };
    const results = await this.inBlocks(fn, examples.shape[0] ?? 0, (start, end) => ({
      x: unshared(rows(examples, start, end)),
      ...noiseFeeds(fn, source, start, end),
      ...given?.(fn, start, end),
    }));
    return results[hasMean ? "mean" : "z"] as Tensor<"float32">;
  }

  /**
   * How sure the encoder is of each example's code: the posterior's mean and standard deviation in closed form or, of a family
   * without these, by draws with their quantiles. A conditional model takes the classes, as `encode`. Throws a UserError if the
   * examples don't fit the model.
   */
  async uncertainty(x: ModelInput, options: UncertaintyOptions = {}): Promise<CodeUncertainty> {
    requireExamples("uncertainty", x);
    requireOptions("uncertainty", options, uncertaintyChecks);
    const examples = this.examplesOf(x);
    const n = examples.shape[0] ?? 0;
    const given = await this.given("uncertainty", n, options, examples);
    const made = (name: string, build: BuildFunction) => this.functionNamed(name, build, examples.dtype);
    return uncertaintyIn(this.sessions, made, n, options, (fn, start, end) => ({
      x: unshared(rows(examples, start, end)),
      ...given?.(fn, start, end),
    }));
  }

  /**
   * `n` draws [n, latent] of the prior; of p(z|y), if it depends on the class and one is given, else of classes drawn as
   * `drawClasses` does. Throws a UserError if `n` is no whole number from 1, and for a temperature where the prior has no spread
   * that could be scaled.
   */
  async samplePrior(n: number, options: DrawOptions = {}): Promise<Tensor<"float32">> {
    requireDraws(n);
    requireOptions("samplePrior", options, drawChecks);
    const { seed = 0, temperature = 1 } = options;
    const fn =
      temperature === 1
        ? this.functionNamed("prior", priorFunction)
        : this.functionNamed("tempered-prior", temperedPriorFunction);
    const scaled =
      temperature === 1 ? {} : { temperature: tensor("float32", [], Float32Array.of(temperature)) };
    const source = { seed, purpose: "generate" };
    const given = await this.given("samplePrior", n, this.withClasses(n, options));
    const results = await this.inBlocks(fn, n, (start, end) => ({
      ...scaled,
      ...noiseFeeds(fn, source, start, end),
      ...given?.(fn, start, end),
    }));
    return results.z as Tensor<"float32">;
  }

  /**
   * `n` new examples [n, ...input]: draws of the prior, decoded, in memory of their own or `into`. A conditional model draws the
   * class of each at the rates of its training data, unless `condition` says it. Throws a UserError if `n` is no whole number from
   * 1, the length of `into` is another, or there is no such class.
   */
  async generate(n: number, options: GenerateOptions = {}): Promise<ExampleBatch> {
    requireDraws(n);
    requireOptions("generate", options, { ...drawChecks, ...decodeChecks });
    const { seed = 0, temperature = 1, condition, ...decode } = this.withClasses(n, options);
    const given = condition !== undefined && { condition };
    const z = await this.samplePrior(n, { seed, temperature, ...given });
    return this.decode(z, { ...decode, seed, ...given });
  }

  /** Draws `from` to `to` - 1 of the `n` that `generate` gives, the same bits; with codes `z` [n, latent], of what `decode` gives of them. */
  async generatePart(
    n: number,
    range: readonly [from: number, to: number],
    options: Omit<GenerateOptions, "into"> & { readonly z?: Tensor<"float32"> } = {},
  ): Promise<ExampleBatch> {
    requireOptions("generatePart", options, { ...drawChecks, ...decodeChecks, z: floats });
    const { z, ...others } = options;
    const [from, to] = requirePart(n, range, this.definition.latent, z);
    const told = this.withClasses(n, others);
    const condition = await this.conditionFor("generatePart", n, told);
    const functions = partFunctions(told, (name, build) => this.functionNamed(name, build));
    const part = await drawnPart(this.sessions, functions, [n, from, to], told, condition, z);
    return new ExampleBatch([to - from, ...this.definition.input], part, pictureRange(this.schema));
  }

  /**
   * Examples of which a part is given, NaN where a number is to be found, completed by a draw of the rest given that part: of
   * z from q(z|x), then of what is missing from p(x|z). What is given stays as it is. Draw i depends on the seed, i and what is
   * given alone. Throws a UserError if the likelihood can't complete examples, as that of tables can.
   */
  async complete(x: Tensor<"float32">, options: CompleteExamplesOptions = {}): Promise<Tensor<"float32">> {
    requireArgument("complete", "x", x, floats);
    requireOptions("complete", options, completeChecks);
    const { seed = 0, present = false } = options;
    const fn = this.functionNamed(present ? "complete-present" : "complete", (model, weights, more) =>
      completionFunction(model, weights, { ...more, present }),
    );
    const { completed } = await this.drawn(fn, this.examplesOf(x), { seed, purpose: "complete" });
    return completed as Tensor<"float32">;
  }

  /**
   * log p [n, numbers] of each number of examples given all others and a draw of z from q(z|x), in nats, 0 where a number is
   * NaN: which of them is unlikely beside the others. Throws a UserError for a likelihood that doesn't tell, as all but that of
   * tables.
   */
  async logProbEach(x: Tensor<"float32">, options: SeedOption = {}): Promise<Tensor<"float32">> {
    requireArgument("logProbEach", "x", x, floats);
    requireOptions("logProbEach", options, { seed: be.seed });
    const fn = this.functionNamed("log-prob-each", logProbEachFunction);
    const source = { seed: options.seed ?? 0, purpose: "log-prob-each" };
    const { logProb } = await this.drawn(fn, this.examplesOf(x), source);
    return logProb as Tensor<"float32">;
  }

  /** Runs a function of examples that draws. */
  private async drawn(
    fn: ModelFunction,
    x: ModelInput,
    source: Parameters<typeof noiseFeeds>[1],
  ): Promise<Results> {
    const given = await this.given(source.purpose, x.shape[0] ?? 0, {}, x);
    return this.inBlocks(fn, x.shape[0] ?? 0, (start, end) => ({
      x: unshared(rows(x, start, end)),
      ...noiseFeeds(fn, source, start, end),
      ...given?.(fn, start, end),
    }));
  }

  /**
   * Classes for `n` new examples, drawn at the rates of the training data or, with `among`, of some classes of them, by number or
   * name. Draw i depends on the seed (default 0) and i alone. Throws a UserError if the model has no condition, or no such class.
   */
  drawClasses(
    n: number,
    options: { readonly seed?: number; readonly among?: readonly ClassLike[] } = {},
  ): Int32Array {
    requireDraws(n);
    requireOptions("drawClasses", options, { seed: be.seed, among: be.list(be.anything, 1, "[3, 5]") });
    const { seed = 0, among } = options;
    const classes = this.classes;
    if (classes === undefined) throw unconditional("drawClasses");
    return drawClassNumbers(
      classes,
      n,
      seed,
      among?.map((one) => classNumber(one, classes)),
    );
  }

  /** What classes a conditional model knows, their names and rates; undefined without a condition. */
  get classes(): ModelClasses | undefined {
    return classesOf(this.definition, this.schema);
  }

  /**
   * The probabilities q(y|x) [n, classes] of each class for examples, of a model with a classifier (objective `m2`). Throws a
   * UserError for another model, and if the examples don't fit it.
   */
  async classify(x: ModelInput): Promise<Tensor<"float32">> {
    requireExamples("classify", x);
    const examples = this.examplesOf(x);
    const fn = this.functionNamed("classifier", classifierFunction, examples.dtype);
    const results = await this.inBlocks(fn, examples.shape[0] ?? 0, (start, end) => ({
      x: unshared(rows(examples, start, end)),
    }));
    return results.probabilities as Tensor<"float32">;
  }

  /**
   * Examples [steps, ...input] on the straight line between the codes of two examples, both ends included. Of a conditional model
   * the classes of both are told too, by `condition: [first, last]` or one for both, and blended on the way.
   */
  async interpolate(
    from: ModelInput,
    to: ModelInput,
    steps = 10,
    options: GivenOptions = {},
  ): Promise<ExampleBatch> {
    requireInterpolation(from, to, steps, options);
    const own = endConditions(options.condition);
    const given = async (x: ModelInput, condition: Condition | undefined): Promise<GivenOptions> => {
      const told = condition === undefined ? {} : { condition };
      const found = await this.conditionFor("interpolate", 1, told, this.examplesOf(x));
      return found === undefined ? {} : { condition: found };
    };
    const [first, last] = [await given(from, own[0]), await given(to, own[1])];
    const path = between(await this.codes(from, first), await this.codes(to, last), steps);
    if (this.classes === undefined) return this.decode(path);
    const [a, b] = [first.condition, last.condition] as Tensor<"float32">[];
    return this.decode(path, a && b && { condition: between(a, b, steps) });
  }

  /** Frees the engine's sessions; the model can be used again and opens new ones. */
  async close(): Promise<void> {
    await this.sessions.close();
  }

  /** The options with classes drawn for `n` examples where none are told, of a conditional model. */
  private withClasses<O extends DrawOptions>(n: number, options: O): O {
    if (options.condition !== undefined || this.definition.condition === undefined) return options;
    const { seed = 0 } = options;
    return { ...options, condition: this.drawClasses(n, { seed }) };
  }

  /** The condition of `n` examples as rows [n, classes]; undefined if the model has none. */
  private conditionFor(
    where: string,
    n: number,
    { condition }: GivenOptions,
    examples?: ModelInput,
  ): Promise<Tensor<"float32"> | undefined> {
    const tells = examples !== undefined && this.definition.classifier !== undefined;
    const classify = tells ? () => this.classify(examples) : undefined;
    return settledCondition(condition, this.classes, { where, n, classify });
  }

  /** What is fed as condition to a function of examples `start` to `end`, if it takes one. */
  private async given(
    where: string,
    n: number,
    options: GivenOptions,
    examples?: ModelInput,
  ): Promise<((fn: ModelFunction, start: number, end: number) => Tensors) | undefined> {
    const condition = await this.conditionFor(where, n, options, examples);
    if (condition === undefined) return undefined;
    return ({ graph }, start, end) =>
      graph.inputs.includes("condition") ? { condition: unshared(rows(condition, start, end)) } : {};
  }

  private examplesOf = (x: ModelInput): ModelInput => modelExamples(this.definition, this.schema, x);

  private functionNamed(name: string, build: BuildFunction, stored: ExampleType = "float32"): ModelFunction {
    const { definition, weights, schema } = this;
    return this.sessions.made(`${name}/${stored}`, () => build(definition, weights, { stored, schema }));
  }

  private inBlocks(...[fn, n, feedsFor, places]: Parameters<ModelSessions["inBlocks"]>): Promise<Results> {
    return this.sessions.inBlocks(fn, n, feedsFor, places);
  }
}
