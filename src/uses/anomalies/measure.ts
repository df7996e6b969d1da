import type { Dataset } from "../../data/portable.js";
import { byExample, inSplit, logMeansIn, type PartOfWhole, splitOf } from "../../evaluate/index.js";
import type { OpenBatch } from "../../feed/index.js";
import { constant, type Expr } from "../../graph/index.js";
import type { TrainedVae } from "../../model/index.js";
import { forward, measure } from "../../objectives/index.js";
import "../../ops/index.js";
import type { Engine } from "../../runtime/index.js";
import { type Tensor, tensor } from "../../tensor/index.js";
import type { ReadingOptions } from "../reading.js";
import { inkOf, reconstructionByPart } from "./parts.js";

/** What is measured of each example, [examples]; nats unless said otherwise. */
export interface Measured {
  readonly reconstruction: Float32Array;
  readonly kl?: Float32Array;
  readonly negativeElbo?: Float32Array;
  readonly negativeLogLikelihood?: Float64Array;
  /** Squared error of the likelihood's mean, summed over the example's numbers. */
  readonly squaredError: Float32Array;
  /** How much a picture shows; see `inkOf`. */
  readonly ink?: Float32Array;
  /** Posterior means, or draws where there is none [examples, latent]. */
  readonly codes: Tensor<"float32">;
  /** The part whose reconstruction exceeds the usual one most, and its share of all excess, from 0 to 1. */
  readonly blame: Float32Array;
  readonly blameShare: Float32Array;
}

/** What each part costs on average, or nothing. */
export interface MeasureOptions extends ReadingOptions {
  readonly usualByPart?: Float32Array;
  /** Importance samples; default 0. */
  readonly draws?: number;
  /** Only the first so many examples; default all. */
  readonly examples?: number;
  /** Of which whole the examples are a part. */
  readonly part?: PartOfWhole;
}

/** Numbers of parts that are held at a time. */
const partNumbers = 4_000_000;

type Opened = { readonly opened: OpenBatch; readonly model: TrainedVae };

function byPartIn({ opened: { context }, model }: Opened, usual?: Float32Array) {
  const pass = forward(context);
  const each = reconstructionByPart(pass.likelihood, context.x, model.schema, model.definition);
  return {
    pass,
    each: usual === undefined ? each : each.sub(constant(tensor("float32", [usual.length], usual))),
  };
}

/** The reconstruction of each part, averaged over a split's first examples, [parts]. */
export async function usualByPart(
  engine: Engine,
  model: TrainedVae,
  dataset: Dataset,
  options: MeasureOptions,
): Promise<Float32Array> {
  const most = Math.max(100, Math.floor(partNumbers / model.definition.dataSize));
  return inSplit(engine, model, dataset, options, async ({ split, stored, schema }) => {
    const length = Math.min(split.length, options.examples ?? split.length, most);
    const reading = { stored, schema, binarize: options.binarize ?? "none", seed: options.seed ?? 0 };
    const build = (opened: OpenBatch): { each: Expr } => ({ each: byPartIn({ opened, model }).each });
    const { each } = await byExample(engine, model.definition, split, reading, build, length);
    const parts = each.shape[1] ?? 1;
    const sums = new Float64Array(parts);
    each.data.forEach((value, i) => (sums[i % parts] = (sums[i % parts] ?? 0) + value));
    return Float32Array.from(sums, (sum) => sum / length);
  });
}

/** The reconstruction of each part of given examples beyond the usual one, [examples, parts]. */
export async function excessByPart(
  engine: Engine,
  model: TrainedVae,
  dataset: Dataset,
  options: MeasureOptions,
): Promise<Tensor<"float32">> {
  return inSplit(engine, model, dataset, options, async ({ split, stored, schema }) => {
    const reading = { stored, schema, binarize: options.binarize ?? "none", seed: options.seed ?? 0 };
    const build = (opened: OpenBatch): { each: Expr } => ({
      each: byPartIn({ opened, model }, options.usualByPart).each,
    });
    return (await byExample(engine, model.definition, split, reading, build)).each;
  });
}

/** Measures every example of a split by itself. */
export async function measuredIn(
  engine: Engine,
  model: TrainedVae,
  dataset: Dataset,
  options: MeasureOptions,
): Promise<Measured> {
  const { binarize = "none", seed = 0, draws = 0, usualByPart: usual, split: name = "test", part } = options;
  const length = Math.min(splitOf(dataset, name).length, options.examples ?? Infinity);
  return inSplit(engine, model, dataset, options, async ({ split, stored, schema }) => {
    const reading = { stored, schema, binarize };
    const build = (opened: OpenBatch): Record<string, Expr> => {
      const { pass, each } = byPartIn({ opened, model }, usual);
      const { context } = opened;
      const { reconstruction, kl, mse } = measure(pass, context);
      const { posterior, z } = pass;
      const excess = each.maximum(0);
      const ink = inkOf(context.x, context.picture);
      return {
        reconstruction,
        ...(kl && { kl: kl.value, negativeElbo: reconstruction.add(kl.value) }),
        squaredError: mse.mul(model.definition.dataSize),
        ...(ink && { ink }),
        codes: posterior.mean?.() ?? z,
        blame: each.argmax(-1).cast("float32"),
        blameShare: excess.max(-1).div(excess.sum(-1).maximum(1e-20)),
      };
    };
    const found = await byExample(engine, model.definition, split, { ...reading, seed, part }, build, length);
    const data = (key: string): Float32Array => found[key]?.data ?? new Float32Array(0);
    const means =
      draws === 0
        ? undefined
        : await logMeansIn(
            engine,
            model.definition,
            reading,
            split,
            { samples: draws, seed, binarize, examples: length },
            part,
          );
    return {
      reconstruction: data("reconstruction"),
      ...(found.kl && { kl: data("kl"), negativeElbo: data("negativeElbo") }),
      ...(means && { negativeLogLikelihood: Float64Array.from(means, (mean) => -mean.value) }),
      squaredError: data("squaredError"),
      ...(found.ink && { ink: data("ink") }),
      codes: found.codes as Tensor<"float32">,
      blame: data("blame"),
      blameShare: data("blameShare"),
    };
  });
}
