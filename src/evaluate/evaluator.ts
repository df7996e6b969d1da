import { range } from "../data/portable.js";
import {
  type BatchOptions,
  type EngineSplit,
  noiseFor,
  noiseInputs,
  type OpenBatch,
  openBatch,
  readRows,
  type Reading,
  settle,
  withData,
} from "../feed/index.js";
import type { Expr } from "../graph/index.js";
import type { NoiseInput, Vae } from "../model/index.js";
import {
  forward,
  forwardMean,
  klByCoordinate,
  measure,
  type Objective,
  requireLeastBatch,
} from "../objectives/index.js";
import { compileSteps, stepsInput } from "../onnx/index.js";
import "../ops/index.js";
import type { Engine } from "../runtime/index.js";
import { type Tensor, tensor } from "../tensor/index.js";
import { activeVariance, type Evaluation } from "./measures.js";
import { rowsInMemory, usualBatch } from "./usual-batch.js";

/** How an evaluation runs. */
export interface EvaluatorOptions extends Pick<BatchOptions, "stored" | "schema" | "binarize"> {
  readonly objective: Objective;
  readonly datasetSize: number;
  /** Examples a step; default 500, fewer where an objective decodes more than 10 latents for each or pictures are large. */
  readonly batchSize?: number;
  /** Also give the KL divergence of each latent coordinate; default false. */
  readonly perDimension?: boolean;
  /** Seed of the noise; the same seed gives the same figures. Default 0. */
  readonly seed?: number;
  /** Under which names weights lie in the engine, where not under the parameters' (`Call.from`). */
  readonly from?: Readonly<Record<string, string>>;
}

/** An evaluation and the rate of each latent coordinate, in nats. */
export interface DetailedEvaluation {
  readonly evaluation: Evaluation;
  readonly klPerDimension: readonly number[] | null;
}

const stepsPerCall = 8;

/** The evaluation of one batch as graph, and what must be fed to it. */
interface EvaluationStep {
  readonly indices: Expr;
  readonly noise: readonly NoiseInput[];
  readonly outputs: Readonly<Record<string, Expr>>;
  readonly klMethod: Evaluation["klMethod"];
}

/** Batches for one call: `steps` from step `firstStep` on, whose first example is `start`. */
interface Portion {
  readonly firstStep: number;
  readonly start: number;
  readonly steps: number;
  readonly batch: number;
}

interface Program {
  readonly id: number;
  readonly step: EvaluationStep;
}

/** How many examples have a known class, and of how many of them the classifier tells it, if the model has one. */
function classified({ batch, classify }: OpenBatch): Record<string, Expr> {
  const { x, label } = batch;
  if (classify === undefined || label === undefined) return {};
  const known = label.sum(-1);
  const right = classify(x).argmax(-1).equal(label.argmax(-1)).cast(known.dtype).mul(known);
  return { labelled: known.sum(), right: right.sum() };
}

function evaluationStep(model: Vae, options: EvaluatorOptions, batch: number): EvaluationStep {
  const { objective, stored, schema, binarize, datasetSize } = options;
  const opened = openBatch(model, {
    stored,
    batch,
    datasetSize,
    ...(schema && { schema }),
    ...(binarize && { binarize }),
  });
  const { context, indices, noise } = opened;
  const deterministic = objective.deterministic === true;
  const pass = deterministic ? forwardMean(context, objective.name) : forward(context);
  const { posterior, z } = pass;
  const { reconstruction, kl, mse } = measure(pass, context);
  const rate = deterministic ? undefined : kl;
  const codes = posterior.mean?.() ?? z;
  const each =
    options.perDimension && rate !== undefined ? klByCoordinate(posterior, context.prior, z) : undefined;
  noise.restart();
  const { terms } = objective.build(context);
  const outputs: Record<string, Expr> = {
    reconstruction: reconstruction.sum(),
    ...(rate && { kl: rate.value.sum() }),
    ...(each && { klPerDimension: each.sum(0) }),
    // rows of a table hold choices, of which no error can be taken
    ...(pass.likelihood.support !== "columns" && { mse: mse.sum() }),
    codes: codes.sum(0),
    squares: codes.square().sum(0),
    ...classified(opened),
    ...Object.fromEntries(Object.entries(terms).map(([name, term]) => [`term:${name}`, term.mul(batch)])),
  };
  return { indices, noise: noiseInputs(opened), outputs, klMethod: rate?.method ?? "none" };
}

/** The share of the labelled examples whose class is told; null if there are none. */
function accuracyOf(sums: ReadonlyMap<string, Float64Array>): number | null {
  const [right = 0, labelled = 0] = [sums.get("right")?.[0], sums.get("labelled")?.[0]];
  return labelled === 0 ? null : right / labelled;
}

/** Evaluates the weights that lie in an engine under the parameters' names. */
export class Evaluator {
  private readonly programs = new Map<number, Promise<Program>>();
  private readonly seed: number;

  private constructor(
    private readonly engine: Engine,
    private readonly model: Vae,
    private readonly options: EvaluatorOptions,
    private readonly batchSize: number,
  ) {
    this.seed = options.seed ?? 0;
  }

  /** An evaluator; throws a UserError if the objective is not defined for the model. */
  static async open(engine: Engine, model: Vae, options: EvaluatorOptions): Promise<Evaluator> {
    const { objective, batchSize: asked } = options;
    const batch = asked ?? usualBatch(objective);
    requireLeastBatch(objective, batch);
    const { outputs } = evaluationStep(model, options, batch);
    // What is estimated from the examples of a batch together depends on how many they are.
    const fixed = asked !== undefined || (objective.leastBatch ?? 1) > 1;
    return new Evaluator(engine, model, options, fixed ? batch : rowsInMemory(Object.values(outputs), batch));
  }

  /** The measures of one split, averaged over its examples. */
  async evaluate(split: EngineSplit): Promise<Evaluation> {
    return (await this.evaluateInDetail(split)).evaluation;
  }

  /** The same, and the KL divergence of each latent coordinate if `perDimension` is on and the pair has any. */
  async evaluateInDetail(split: EngineSplit): Promise<DetailedEvaluation> {
    const { batchSize } = this;
    const sums = new Map<string, Float64Array>();
    const rest = split.length % batchSize;
    const work = this.portions(split.length);
    const read = ({ start, steps, batch }: Portion): Promise<Reading> =>
      readRows(split, range(start, start + steps * batch));
    let next = work[0] && read(work[0]);
    for (const [i, portion] of work.entries()) {
      const reading = await (next ?? read(portion));
      const following = work[i + 1];
      // A streamed split's next examples are read while the engine is at these.
      next = following && read(following);
      next?.catch(() => undefined);
      await this.add(sums, split, portion, reading);
    }
    const { step } = await this.program(rest > 0 ? rest : batchSize);
    const each = sums.get("klPerDimension");
    return {
      evaluation: this.summary(split, sums, step),
      klPerDimension: each === undefined ? null : Array.from(each, (sum) => sum / split.length),
    };
  }

  /** What to do call by call: whole batches, some a call, then the rest. */
  private portions(length: number): Portion[] {
    const { batchSize } = this;
    const steps = Math.floor(length / batchSize);
    const grouped = this.engine.loops ? stepsPerCall : 1;
    const list: Portion[] = [];
    for (let step = 0; step < steps; step += grouped) {
      list.push({
        firstStep: step,
        start: step * batchSize,
        steps: Math.min(grouped, steps - step),
        batch: batchSize,
      });
    }
    const rest = length - steps * batchSize;
    if (rest > 0) list.push({ firstStep: steps, start: steps * batchSize, steps: 1, batch: rest });
    return list;
  }

  /** Begins to open what a split of so many examples takes; what goes wrong is thrown by its evaluation. */
  prepare(length: number): void {
    for (const { batch } of this.portions(length)) this.program(batch).catch(() => undefined);
  }

  /** Frees the evaluation graphs. */
  async close(): Promise<void> {
    const opened = await Promise.allSettled(this.programs.values());
    this.programs.clear();
    for (const program of opened)
      if (program.status === "fulfilled") await this.engine.release(program.value.id);
  }

  /** The graph for batches of one size, built when first needed: operations along the batch need its length. */
  private program(batch: number): Promise<Program> {
    const known = this.programs.get(batch);
    if (known !== undefined) return known;
    const opening = this.openProgram(batch);
    this.programs.set(batch, opening);
    return opening;
  }

  private async openProgram(batch: number): Promise<Program> {
    const step = evaluationStep(this.model, this.options, batch);
    const perStep = [step.indices, ...step.noise.map(({ node }) => node)];
    const graph = compileSteps({ state: [], perStep, outputs: step.outputs }, this.engine.loops, {
      name: "evaluate",
    });
    return { id: await this.engine.open(graph.bytes, graph.inputs), step };
  }

  private async add(
    sums: Map<string, Float64Array>,
    split: EngineSplit,
    { firstStep, steps, batch }: Portion,
    reading: Reading,
  ): Promise<void> {
    const { batchSize, seed } = this;
    const { id, step } = await this.program(batch);
    const source = { seed, purpose: batch === batchSize ? "evaluate" : "evaluate-rest" };
    const feeds: Record<string, Tensor> = { indices: tensor("int32", [steps, batch], reading.indices) };
    if (this.engine.loops) feeds[stepsInput] = tensor("int64", [], BigInt64Array.of(BigInt(steps)));
    for (const noise of step.noise) {
      feeds[noise.name] = noiseFor(noise, source, firstStep, steps, batch, batchSize);
    }
    const { from = {} } = this.options;
    const call = withData({ feeds, from, fetch: Object.keys(step.outputs) }, reading);
    const results = settle(split, await this.engine.run(id, call));
    for (const [name, { data, shape }] of Object.entries(results)) {
      const width = shape.slice(1).reduce((a, b) => a * b, 1);
      const total = sums.get(name) ?? new Float64Array(width);
      sums.set(name, total);
      for (let i = 0; i < data.length; i++) {
        const k = i % width;
        total[k] = (total[k] ?? 0) + Number(data[i]);
      }
    }
  }

  private summary(
    split: EngineSplit,
    sums: ReadonlyMap<string, Float64Array>,
    { outputs, klMethod }: EvaluationStep,
  ): Evaluation {
    const n = split.length;
    const average = (name: string, i = 0): number => (sums.get(name)?.[i] ?? Number.NaN) / n;
    const { latent } = this.model;
    let activeUnits = 0;
    for (let i = 0; i < latent; i++) {
      if (average("squares", i) - average("codes", i) ** 2 > activeVariance) activeUnits++;
    }
    const terms = Object.keys(outputs).filter((name) => name.startsWith("term:"));
    const reconstruction = average("reconstruction");
    const kl = klMethod === "none" ? null : average("kl");
    return {
      split: split.name,
      examples: n,
      binarize: this.options.binarize ?? "none",
      negativeElbo: kl === null ? null : reconstruction + kl,
      reconstruction,
      kl,
      klMethod,
      mse: sums.has("mse") ? average("mse") : null,
      activeUnits,
      latentDim: latent,
      ...(sums.has("right") && { accuracy: accuracyOf(sums) }),
      terms: Object.fromEntries(terms.map((name) => [name.slice("term:".length), average(name)])),
    };
  }
}
