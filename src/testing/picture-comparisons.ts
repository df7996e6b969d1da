import type { Json } from "../catalogue/index.js";
import {
  laplacianPyramidReference,
  msSsimReference,
  optimalSigma,
  pictureShape,
  ssimReference,
} from "./picture-losses.js";

/** An example and what is decoded of its code. */
export type Pair = readonly [x: readonly number[], made: readonly number[]];

type Options = Readonly<Record<string, Json>>;
type Compared = (pairs: readonly Pair[], shape: readonly number[], config: Options) => number;

/** Reconstruction of what takes the place of -log p(x|z): averages over the batch, by independent formulas. */
export const comparisons: Readonly<Record<string, Compared>> = {
  ssim: (pairs, shape, { weight, l1 }) =>
    structural(pairs, Number(weight), Number(l1), (a, b) => ssimReference(a, b, pictureShape(shape))),
  "ms-ssim": (pairs, shape, { weight, l1 }) =>
    structural(pairs, Number(weight), Number(l1), (a, b) => msSsimReference(a, b, pictureShape(shape), 2)),
  charbonnier: (pairs, _, { weight, epsilon }) =>
    eachNumber(pairs, (d) => Number(weight) * Math.sqrt(d * d + Number(epsilon) ** 2)),
  "log-cosh": (pairs, _, { weight, a }) =>
    eachNumber(pairs, (d) => (Number(weight) * Math.log(Math.cosh(Number(a) * d))) / Number(a)),
  "laplacian-pyramid": (pairs, shape, { weight, levels = 2 }) =>
    meanOver(
      pairs,
      ([a, b]) => Number(weight) * laplacianPyramidReference(a, b, pictureShape(shape), Number(levels)),
    ),
  "sigma-vae": (pairs, _, { minSigma }) =>
    optimalSigma(
      pairs.map(([a]) => a),
      pairs.map(([, b]) => b),
      Number(minSigma),
    ).nats,
};

const meanOver = (pairs: readonly Pair[], of: (pair: Pair) => number): number =>
  pairs.reduce((sum, pair) => sum + of(pair), 0) / pairs.length;

function eachNumber(pairs: readonly Pair[], of: (difference: number) => number): number {
  return meanOver(pairs, ([a, b]) => a.reduce((sum, value, i) => sum + of(value - (b[i] as number)), 0));
}

function structural(
  pairs: readonly Pair[],
  weight: number,
  l1: number,
  similarity: (a: readonly number[], b: readonly number[]) => number,
): number {
  const unlike = meanOver(pairs, ([a, b]) => a.length * (1 - similarity(a, b)));
  return weight * ((1 - l1) * unlike + l1 * eachNumber(pairs, Math.abs));
}

/** What such losses tell beside, by the term's name. */
export const comparisonMeasures: Readonly<Record<string, Compared>> = {
  ssim: (pairs, shape) => meanOver(pairs, ([a, b]) => ssimReference(a, b, pictureShape(shape))),
  msSsim: (pairs, shape) => meanOver(pairs, ([a, b]) => msSsimReference(a, b, pictureShape(shape), 2)),
  sigma: (pairs, _, { minSigma }) =>
    optimalSigma(
      pairs.map(([a]) => a),
      pairs.map(([, b]) => b),
      Number(minSigma),
    ).sigma,
};
