import { type EngineSplit, noiseOfExamples, openBatch, type OpenBatch, runOnRows } from "../feed/index.js";
import { type Expr, input } from "../graph/index.js";
import type { Vae } from "../model/index.js";
import { sample } from "../objectives/index.js";
import { compile } from "../onnx/index.js";
import "../ops/index.js";
import type { Engine } from "../runtime/index.js";
import { type Tensor, tensor, UserError } from "../tensor/index.js";
import { byExample, type ReadOptions } from "./by-example.js";

export type { ReadOptions } from "./by-example.js";

const source = (seed: number): { seed: number; purpose: string } => ({ seed, purpose: "evaluate" });

/**
 * The codes of a split's first `examples` (default all), [n, latent]: posterior means, or draws where the family has no mean. The weights
 * lie in the engine beside the data.
 */
export async function codesIn(
  engine: Engine,
  model: Vae,
  split: EngineSplit,
  reading: ReadOptions,
  examples = split.length,
): Promise<Tensor<"float32">> {
  const build = ({ encode, batch, context }: OpenBatch): { codes: Expr } => {
    const posterior = encode(batch.x);
    return { codes: posterior.mean?.() ?? sample(posterior, context) };
  };
  const length = Math.min(examples, split.length);
  return (await byExample(engine, model, split, reading, build, length)).codes;
}

/** An estimate of how much codes tell of the examples. */
export interface MutualInformation {
  /**
   * I(x; z) under the posterior and the given examples, in nats: the average of log q(z|x) - log q(z), where q(z) is
   * the average posterior of these examples. It can't exceed log(examples).
   */
  readonly mutualInformation: number;
  /** KL(q(z) || p(z)) of the same examples, in nats: the part of the rate that is no information. */
  readonly marginalKl: number | null;
  readonly examples: number;
}

/** What is measured of a posterior's densities. */
export interface MutualInformationOptions extends ReadOptions {
  /** The first so many examples of the split, in whole batches of up to 250; default 2,000. */
  readonly examples?: number;
}

/**
 * The mutual information of example and code (Hoffman and Johnson, ELBO surgery, 2016), from one draw an example and
 * the exact density of the aggregated posterior of the examples at it. With `withPrior` false, which a prior without
 * density needs, there is no `marginalKl`. Throws a UserError if the posterior has no density, and for a conditional model.
 */
export async function mutualInformationIn(
  engine: Engine,
  model: Vae,
  split: EngineSplit,
  options: MutualInformationOptions,
): Promise<MutualInformation> {
  const { seed = 0, examples = 2000, ...reading } = options;
  if (model.condition !== undefined) {
    throw new UserError(
      "mutual information of a conditional model's codes would be partly that of the condition",
    );
  }
  const wanted = Math.min(split.length, examples);
  const batch = Math.min(250, wanted);
  const n = Math.floor(wanted / batch) * batch;
  const opened = openBatch(model, { ...reading, batch: 2 * batch });
  const { encode, prior, noise, drawn, context } = opened;
  const { x } = opened.batch;
  const own = x.slice(0, 0, batch);
  const z = sample(encode(own), { ...context, x: own });
  const others = encode(x.slice(0, batch, 2 * batch));
  if (others.sampledOnly) throw new UserError(`the posterior ${others.name} has no density`);
  const pairs = others.logProb(z.unsqueeze(1).expand([batch, batch, ...z.shape.slice(1)]));
  const graph = compile(
    { pairs, ...(!prior.sampledOnly && { prior: prior.logProb(z) }) },
    { name: "mutual-information" },
  );
  const program = await engine.open(graph.bytes, graph.inputs);
  let [information, marginal] = [0, 0];
  try {
    for (let start = 0; start < n; start += batch) {
      const logs = Array.from({ length: batch }, () => new Float64Array(n));
      let atPrior: ArrayLike<number> = [];
      for (let other = 0; other < n; other += batch) {
        const wanted = Int32Array.from({ length: 2 * batch }, (_, i) =>
          i < batch ? start + i : other + i - batch,
        );
        const feeds: Record<string, Tensor> = {};
        for (const one of drawn) feeds[one.name] = noiseOfExamples(one, source(seed), wanted);
        for (const one of noise.inputs) {
          feeds[one.name] = noiseOfExamples(one, source(seed), wanted.subarray(0, batch));
        }
        const results = (await runOnRows(engine, program, split, wanted, (indices) => ({
          feeds: { ...feeds, indices: tensor("int32", [2 * batch], indices) },
          fetch: graph.outputs,
        }))) as Record<string, Tensor<"float32">>;
        for (let i = 0; i < batch; i++) {
          logs[i]?.set(results.pairs?.data.subarray(i * batch, (i + 1) * batch) ?? [], other);
        }
        atPrior = results.prior?.data ?? [];
      }
      logs.forEach((row, i) => {
        const top = row.reduce((a, b) => Math.max(a, b), -Infinity);
        const aggregate = top + Math.log(row.reduce((sum, value) => sum + Math.exp(value - top), 0) / n);
        information += ((row[start + i] ?? Number.NaN) - aggregate) / n;
        marginal += (aggregate - (atPrior[i] ?? Number.NaN)) / n;
      });
    }
  } finally {
    await engine.release(program);
  }
  return {
    mutualInformation: information,
    marginalKl: prior.sampledOnly ? null : marginal,
    examples: n,
  };
}

/** Points [n, d] with a class number each. */
export interface LabelledCodes {
  readonly codes: Tensor<"float32">;
  readonly labels: Int32Array;
}

/**
 * The share of `queries` whose nearest of `known` codes by Euclidean distance has the same label, from 0 to 1; chance
 * is one over the number of classes if those are equally frequent. Throws a UserError if sizes don't agree.
 */
export async function nearestNeighbourAccuracy(
  engine: Engine,
  known: LabelledCodes,
  queries: LabelledCodes,
): Promise<number> {
  const [n = 0, size = 0] = known.codes.shape;
  const [m = 0, other = 0] = queries.codes.shape;
  if (size !== other || n !== known.labels.length || m !== queries.labels.length || n === 0 || m === 0) {
    throw new UserError("nearest neighbours need codes of one size and a label for each of them");
  }
  const centre = Array.from({ length: size }, (_, d) => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += known.codes.data[i * size + d] ?? 0;
    return sum / n;
  });
  const centred = ({ data }: Tensor<"float32">): Float32Array =>
    data.map((v, i) => v - (centre[i % size] ?? 0));
  const batch = Math.max(1, Math.min(m, Math.floor(2 ** 23 / n)));
  const points = input("known", "float32", [n, size]);
  const asked = input("asked", "float32", [batch, size]);
  const score = asked.matmul(points.transpose()).mul(2).sub(points.square().sum(-1).unsqueeze(0));
  const graph = compile({ nearest: score.argmax(-1) }, { name: "neighbours" });
  const program = await engine.open(graph.bytes, graph.inputs);
  const all = centred(queries.codes);
  let right = 0;
  try {
    await engine.put({ "evaluate:known": tensor("float32", [n, size], centred(known.codes)) });
    for (let start = 0; start < m; start += batch) {
      const from = Math.min(start, m - batch);
      const feeds = {
        asked: tensor("float32", [batch, size], all.slice(from * size, (from + batch) * size)),
      };
      const call = { feeds, from: { known: "evaluate:known" }, fetch: ["nearest"] };
      const { nearest } = await engine.run(program, call);
      for (let i = start - from; i < batch; i++) {
        const label = known.labels[Number(nearest?.data[i])];
        if (label === queries.labels[from + i]) right++;
      }
    }
  } finally {
    await engine.release(program);
  }
  return right / m;
}
