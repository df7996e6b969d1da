import { type Distribution, exactKl } from "../distributions/index.js";
import { type Expr, scalar } from "../graph/index.js";
import { gatherBatch, NoiseInputs, noiseFor, type Vae } from "../model/index.js";
import { Packing } from "../nn/index.js";
import { measure, type Objective, type ObjectiveContext, sample } from "../objectives/index.js";
import { compileSteps, stepsInput } from "../onnx/index.js";
import "../ops/index.js";
import type { Call, Engine } from "../runtime/index.js";
import { type Tensor, tensor } from "../tensor/index.js";
import { activeVariance, type Evaluation } from "./measures.js";

/** A split that lies in the engine as `resident`, [examples, numbers]. */
export interface ResidentSplit {
  readonly name: string;
  readonly resident: string;
  readonly length: number;
}

/** How an evaluation runs. */
export interface EvaluatorOptions {
  readonly objective: Objective;
  readonly stored: "uint8" | "float32";
  readonly datasetSize: number;
  /** Examples a step; default 500. */
  readonly batchSize?: number;
  /** Seed of the noise; the same seed gives the same figures. Default 0. */
  readonly seed?: number;
}

const stepsPerCall = 8;

/** Evaluates the weights that lie in an engine under the parameters' names. */
export class Evaluator {
  private constructor(
    private readonly engine: Engine,
    private readonly model: Vae,
    private readonly program: number,
    private readonly noise: NoiseInputs,
    private readonly outputs: readonly string[],
    private readonly klMethod: Evaluation["klMethod"],
    private readonly options: Required<Pick<EvaluatorOptions, "batchSize" | "seed">>,
  ) {}

  /** Builds and opens the evaluation graph. */
  static async open(engine: Engine, model: Vae, options: EvaluatorOptions): Promise<Evaluator> {
    const { objective, stored, datasetSize, batchSize = 500, seed = 0 } = options;
    const { weights } = new Packing(model.parameters).inputs("float32");
    const bound = model.bind(weights, "float32");
    const { indices, x } = gatherBatch(stored, model.dataSize, "batch", "float32");
    const noise = new NoiseInputs("float32");
    const context: ObjectiveContext = {
      x,
      ...bound,
      noise,
      datasetSize,
      scheduled: (_name, at) => scalar(at(Number.MAX_SAFE_INTEGER), "float32"),
    };
    const posterior = bound.encode(x);
    const z = sample(posterior, context);
    const measures = measure({ posterior, z, likelihood: bound.decode(z) }, context);
    const codes = posterior.mean?.() ?? z;
    noise.restart();
    const { terms } = objective.build(context);
    const count = x.count(0);
    const outputs: Record<string, Expr> = {
      reconstruction: measures.reconstruction.sum(),
      kl: measures.kl.value.sum(),
      mse: measures.msePerPixel.sum(),
      codes: codes.sum(0),
      squares: codes.square().sum(0),
      ...Object.fromEntries(Object.entries(terms).map(([name, term]) => [`term:${name}`, term.mul(count)])),
    };
    const perStep = [indices, ...noise.inputs.map(({ node }) => node)];
    const graph = compileSteps({ state: [], perStep, outputs }, engine.loops, { name: "evaluate" });
    const program = await engine.open(graph.bytes, graph.inputs);
    const method = klMethodOf(posterior, bound.prior);
    const names = Object.keys(outputs);
    return new Evaluator(engine, model, program, noise, names, method, { batchSize, seed });
  }

  /** The measures of one split, averaged over its examples. */
  async evaluate(split: ResidentSplit): Promise<Evaluation> {
    const { batchSize } = this.options;
    const sums = new Map<string, Float64Array>();
    const steps = Math.floor(split.length / batchSize);
    const grouped = this.engine.loops ? stepsPerCall : 1;
    for (let step = 0; step < steps; step += grouped) {
      await this.add(sums, split, step, Math.min(grouped, steps - step), batchSize);
    }
    const rest = split.length - steps * batchSize;
    if (rest > 0) await this.add(sums, split, steps, 1, rest);
    return this.summary(split, sums);
  }

  /** Frees the evaluation graph. */
  async close(): Promise<void> {
    await this.engine.release(this.program);
  }

  private async add(
    sums: Map<string, Float64Array>,
    split: ResidentSplit,
    firstStep: number,
    steps: number,
    batch: number,
  ): Promise<void> {
    const { batchSize, seed } = this.options;
    const start = firstStep * batchSize;
    const indices = Int32Array.from({ length: steps * batch }, (_, i) => start + i);
    const source = { seed, purpose: "evaluate" };
    const feeds: Record<string, Tensor> = { indices: tensor("int32", [steps, batch], indices) };
    if (this.engine.loops) feeds[stepsInput] = tensor("int64", [], BigInt64Array.of(BigInt(steps)));
    for (const noise of this.noise.inputs) {
      feeds[noise.name] = noiseFor(noise, source, firstStep, steps, batch, batchSize);
    }
    const call: Call = { feeds, from: { data: split.resident }, fetch: this.outputs };
    const results = await this.engine.run(this.program, call);
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

  private summary(split: ResidentSplit, sums: ReadonlyMap<string, Float64Array>): Evaluation {
    const n = split.length;
    const average = (name: string, i = 0): number => (sums.get(name)?.[i] ?? Number.NaN) / n;
    const { latent } = this.model;
    let activeUnits = 0;
    for (let i = 0; i < latent; i++) {
      if (average("squares", i) - average("codes", i) ** 2 > activeVariance) activeUnits++;
    }
    const terms = this.outputs.filter((name) => name.startsWith("term:"));
    const reconstruction = average("reconstruction");
    const kl = average("kl");
    return {
      split: split.name,
      examples: n,
      negativeElbo: reconstruction + kl,
      reconstruction,
      kl,
      klMethod: this.klMethod,
      msePerPixel: average("mse"),
      activeUnits,
      latentDim: latent,
      terms: Object.fromEntries(terms.map((name) => [name.slice("term:".length), average(name)])),
    };
  }
}

function klMethodOf(posterior: Distribution, prior: Distribution): Evaluation["klMethod"] {
  return exactKl(posterior, prior) === undefined ? "monteCarlo" : "exact";
}
