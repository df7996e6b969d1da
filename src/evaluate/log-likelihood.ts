import { type Binarization, wholeSchema } from "../data/portable.js";
import {
  type BatchOptions,
  type EngineSplit,
  noiseOfDraws,
  noiseOfExamples,
  openBatch,
  runOnRows,
} from "../feed/index.js";
import type { Expr } from "../graph/index.js";
import type { NoiseInput, Vae } from "../model/index.js";
import { weightedDraws } from "../objectives/index.js";
import { compile } from "../onnx/index.js";
import type { Engine } from "../runtime/index.js";
import { type Tensor, tensor, UserError } from "../tensor/index.js";
import { LogMean } from "./log-weights.js";
import type { PartOfWhole } from "./part.js";
import { rowsInMemory } from "./usual-batch.js";

/** How a log-likelihood is estimated. */
export interface LogLikelihoodOptions {
  /** Draws of the posterior an example, K; default 500. */
  readonly samples?: number;
  /** Only the first so many examples of the split; default all. */
  readonly examples?: number;
  /** Seed of the noise; default 0. */
  readonly seed?: number;
  /** How the data are made binary: `dynamic` is done here, of the others it is only told. Default `none`. */
  readonly binarize?: Binarization;
  /** Numbers of data that are decoded at a time, which bounds the memory; default 2 million. */
  readonly chunk?: number;
  /** Told after each piece of work. */
  readonly onProgress?: (examplesDone: number, examples: number) => void;
}

/** An estimate of log p(x), nats per example. */
export interface LogLikelihood {
  /** The average over examples of -log(1/K sum_k p(x|z_k) p(z_k) / q(z_k|x)). */
  readonly negativeLogLikelihood: number;
  /** Standard error of that average from the spread over examples. */
  readonly standardError: number;
  /** The negative ELBO from the same draws. */
  readonly negativeElbo: number;
  /** K. */
  readonly samples: number;
  /** Average effective number of draws: near 1, the bound is loose; near K, it is exact. */
  readonly effectiveSamples: number;
  readonly examples: number;
  readonly binarize: Binarization;
}

interface ChunkGraph {
  readonly logWeights: Expr;
  readonly drawn: readonly NoiseInput[];
  readonly noise: readonly NoiseInput[];
}

function chunkGraph(model: Vae, reading: BatchOptions, k: number): ChunkGraph {
  const { encode, batch, context, drawn, noise } = openBatch(model, reading);
  const { logWeights } = weightedDraws(encode(batch.x), context, k, "the log-likelihood");
  return { logWeights, drawn, noise: noise.inputs };
}

/** How many examples with one draw each are evaluated at a time. */
function rowsOf(model: Vae, reading: Pick<BatchOptions, "stored" | "schema">, chunk: number): number {
  const wanted = Math.max(1, Math.floor(chunk / Math.max(1, model.dataSize)));
  const one = chunkGraph(model, { ...reading, batch: 1 }, 1);
  return rowsInMemory([one.logWeights], 1, wanted);
}

/** How many examples go through the graph of a log-likelihood at a time; a part of a whole begins at a multiple of that. */
export function likelihoodBatch(model: Vae, samples: number, total: number, chunk = 2_000_000): number {
  const reading = { stored: "float32", schema: wholeSchema(model.input) } as const;
  return pieces(rowsOf(model, reading, chunk), samples, total).batch;
}

/** Sizes of a piece of work: so many examples with so many draws each. */
function pieces(
  rows: number,
  samples: number,
  examples: number,
): { readonly batch: number; readonly k: number } {
  const parts = Math.ceil(samples / rows);
  const k = Math.ceil(samples / parts);
  return { k, batch: Math.min(examples, Math.max(1, Math.floor(rows / k))) };
}

/**
 * The importance-sampled log-likelihood of a split in an engine in which the model's weights lie (Burda et al.,
 * 2016): a lower bound of log p(x) in expectation that tends to it as K grows. Pieces of examples and draws are
 * computed in the engine in float32 and their log-weights added up on the host in float64, so that memory is bounded
 * by `chunk` whatever K is; the noise, and so the result up to rounding, does not depend on the pieces.
 *
 * Throws a UserError if posterior or prior has no density, or an option is out of range.
 */
export async function logLikelihoodIn(
  engine: Engine,
  model: Vae,
  reading: Pick<BatchOptions, "stored" | "schema">,
  split: EngineSplit,
  options: LogLikelihoodOptions = {},
): Promise<LogLikelihood> {
  const { samples = 500, binarize = "none" } = options;
  return summary(await logMeansIn(engine, model, reading, split, options), samples, binarize);
}

/** The importance weights of `logLikelihoodIn`, averaged for each example by itself. */
export async function logMeansIn(
  engine: Engine,
  model: Vae,
  reading: Pick<BatchOptions, "stored" | "schema">,
  split: EngineSplit,
  options: LogLikelihoodOptions = {},
  part?: PartOfWhole,
): Promise<readonly LogMean[]> {
  const { samples = 500, seed = 0, binarize = "none", chunk = 2_000_000 } = options;
  const examples = Math.min(split.length, options.examples ?? split.length);
  for (const [name, value] of Object.entries({ samples, examples })) {
    if (!Number.isInteger(value) || value < 1 || value > 1_000_000) {
      throw new UserError(
        `the log-likelihood's ${name} must be a whole number from 1 to 1,000,000, got ${value}`,
        2,
      );
    }
  }
  const { first: before, total } = part ?? { first: 0, total: examples };
  const { batch, k } = pieces(rowsOf(model, reading, chunk), samples, total);
  const { logWeights, drawn, noise } = chunkGraph(model, { ...reading, binarize, batch }, k);
  const graph = compile({ logWeights }, { name: "log-likelihood" });
  const program = await engine.open(graph.bytes, graph.inputs);
  const origin = { seed, purpose: "log-likelihood" };
  const means = Array.from({ length: examples }, () => new LogMean());

  const submit = (start: number, first: number): Promise<Record<string, Tensor>> => {
    const wanted = Int32Array.from({ length: batch }, (_, i) => Math.min(start + i, examples - 1));
    const numbers = wanted.map((row) => row + before);
    const feeds: Record<string, Tensor> = {};
    for (const input of drawn) {
      feeds[input.name] = noiseOfExamples(input, { seed, purpose: "evaluate" }, numbers);
    }
    for (const input of noise) {
      feeds[input.name] = noiseOfDraws(input, origin, numbers, { first, total: samples });
    }
    return runOnRows(engine, program, split, wanted, (indices) => ({
      feeds: { ...feeds, indices: tensor("int32", [batch], indices) },
      fetch: ["logWeights"],
    }));
  };
  const take = ({ logWeights }: Record<string, Tensor>, start: number, first: number): void => {
    const data = (logWeights as Tensor<"float32">).data;
    for (let i = 0; i < Math.min(batch, examples - start); i++) {
      for (let s = 0; s < Math.min(k, samples - first); s++) {
        means[start + i]?.add(data[s * batch + i] ?? Number.NaN);
      }
    }
    if (first + k >= samples) options.onProgress?.(Math.min(examples, start + batch), examples);
  };

  try {
    // the host draws the next piece's noise while the engine works
    let under: { results: Promise<Record<string, Tensor>>; start: number; first: number } | undefined;
    for (let start = 0; start < examples; start += batch) {
      for (let first = 0; first < samples; first += k) {
        const results = submit(start, first);
        results.catch(() => undefined);
        if (under !== undefined) take(await under.results, under.start, under.first);
        under = { results, start, first };
      }
    }
    if (under !== undefined) take(await under.results, under.start, under.first);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UserError(`the log-likelihood can't be estimated: ${error.message}`);
  } finally {
    await engine.release(program);
  }
  return means;
}

function summary(means: readonly LogMean[], samples: number, binarize: Binarization): LogLikelihood {
  const n = means.length;
  const average = (f: (mean: LogMean) => number): number => means.reduce((sum, m) => sum + f(m), 0) / n;
  const value = average((m) => -m.value);
  const variance = average((m) => (-m.value - value) ** 2);
  return {
    negativeLogLikelihood: value,
    standardError: Math.sqrt(variance / Math.max(1, n - 1)),
    negativeElbo: average((m) => -m.meanLog),
    samples,
    effectiveSamples: average((m) => m.effectiveCount),
    examples: n,
    binarize,
  };
}
