import type { Expr } from "../../graph/index.js";
import "../../ops/index.js";
import { type Band, filtered, gaussianWindow, pairBand, windowBand } from "./bands.js";

/** Side of the window in which pictures are compared. */
export const windowSize = 11;

const window = gaussianWindow(windowSize, 1.5);
/** K1 and K2 of Wang et al., squared, for numbers from 0 to 1. */
const [c1, c2] = [0.01 ** 2, 0.03 ** 2];

/** Weights of the scales, from the finest on. */
const scaleWeights = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333];

/** Scales that `ms-ssim` has at most. */
export const mostScales = scaleWeights.length;

/** Means over all windows of a plane, [...]. */
interface Similarity {
  /** Of luminance times contrast and structure: the SSIM. */
  readonly whole: Expr;
  /** Of contrast and structure alone. */
  readonly contrast: Expr;
}

function sides(planes: Expr): [height: number, width: number] {
  return planes.shape.slice(-2).map(Number) as [number, number];
}

/**
 * SSIM of planes [..., h, w] of numbers from 0 to 1, averaged over all windows that lie within the plane. Wang, Bovik,
 * Sheikh and Simoncelli, Image Quality Assessment: From Error Visibility to Structural Similarity (2004): a Gaussian
 * window of 11 x 11 with a standard deviation of 1.5, K1 = 0.01, K2 = 0.03.
 */
function similarityOf(x: Expr, y: Expr): Similarity {
  const [down, across] = sides(x).map((side) => windowBand(side, window)) as [Band, Band];
  const local = (value: Expr): Expr => filtered(value, down, across);
  // Variances are those of numbers around 0, which lose fewer digits.
  const [a, b] = [x.sub(0.5), y.sub(0.5)];
  const [meanA, meanB] = [local(a), local(b)];
  const variances = local(a.square().add(b.square())).sub(meanA.square()).sub(meanB.square());
  const covariance = local(a.mul(b)).sub(meanA.mul(meanB));
  const [meanX, meanY] = [meanA.add(0.5), meanB.add(0.5)];
  const contrast = covariance.mul(2).add(c2).div(variances.add(c2));
  const luminance = meanX.mul(meanY).mul(2).add(c1).div(meanX.square().add(meanY.square()).add(c1));
  const over = [-2, -1];
  return { whole: luminance.mul(contrast).mean(over), contrast: contrast.mean(over) };
}

/** SSIM of pictures as planes [..., channels, h, w]: averaged over windows and channels, [...]. */
export function ssimOf(x: Expr, y: Expr): Expr {
  return similarityOf(x, y).whole.mean(-1);
}

/** Below this similarities go on in a straight line: a power of 0 would pull without end, one below 0 not at all. */
const least = 0.01;

/** log v, and below `least` its tangent there. */
function extendedLog(v: Expr): Expr {
  const inside = v.maximum(least);
  return inside.log().add(v.sub(inside).div(least));
}

function halved(planes: Expr): Expr {
  const [down, across] = sides(planes).map(pairBand) as [Band, Band];
  return filtered(planes, down, across);
}

/** How many scales pictures of these sides have room for: the window must fit into the coarsest. */
export function scalesIn(height: number, width: number): number {
  let [side, scales] = [Math.min(height, width), 0];
  while (side >= windowSize && scales < mostScales) {
    scales++;
    side = Math.ceil(side / 2);
  }
  return scales;
}

/**
 * MS-SSIM of pictures as planes [..., channels, h, w] of numbers from 0 to 1, [...]: contrast and structure at each scale,
 * the whole SSIM at the coarsest, as powers that are multiplied; averaged over channels. Wang, Simoncelli and Bovik,
 * Multi-Scale Structural Similarity for Image Quality Assessment (2003). With fewer than its 5 scales the weights of those
 * there are add up to 1. Where a scale's mean similarity is below 0.01, log similarity continues as its tangent.
 */
export function msSsimOf(x: Expr, y: Expr, scales: number): Expr {
  const chosen = scaleWeights.slice(0, scales);
  const sum = chosen.reduce((a, b) => a + b, 0);
  let [a, b] = [x, y];
  const logs = chosen.map((weight, scale) => {
    if (scale > 0) [a, b] = [halved(a), halved(b)];
    const { whole, contrast } = similarityOf(a, b);
    return extendedLog(scale === scales - 1 ? whole : contrast).mul(weight / sum);
  });
  return logs
    .reduce((total, term) => total.add(term))
    .exp()
    .mean(-1);
}
