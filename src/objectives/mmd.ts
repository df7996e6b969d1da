import { be, requireArgument } from "../tensor/index.js";
import { type Expr, requireExpression } from "../graph/index.js";
import "../ops/index.js";

/** The kernels by which samples are compared. */
export const kernels = ["imq", "rbf"] as const;

/** A kernel by name. */
export type KernelName = (typeof kernels)[number];

/** A kernel as a function of squared distances; 1 at distance 0. */
export type Kernel = (squaredDistances: Expr) => Expr;

/** Factors of a kernel's squared width, over which `multiscale` kernels are averaged (Tolstikhin et al., 2018). */
export const scales: readonly number[] = [0.1, 0.2, 0.5, 1, 2, 5, 10];

/**
 * A kernel for vectors of `size` coordinates: `rbf` exp(-d^2 / (2 s^2)), or `imq` (inverse multiquadratic)
 * C / (C + d^2) with C = 2 size s^2, where s is the bandwidth. `multiscale` averages it over `scales` times s^2 or C.
 */
export function kernelOf(name: KernelName, size: number, bandwidth: number, multiscale = false): Kernel {
  requireArgument("kernelOf", "the name", name, be.oneOf(kernels));
  requireArgument("kernelOf", "the size", size, be.whole(1));
  requireArgument("kernelOf", "the bandwidth", bandwidth, be.positive);
  const at = (factor: number): Kernel => {
    const width = 2 * bandwidth * bandwidth * factor;
    if (name === "rbf") return (squared) => squared.mul(-1 / width).exp();
    const c = width * size;
    return (squared) => squared.add(c).reciprocal().mul(c);
  };
  if (!multiscale) return at(1);
  const each = scales.map(at);
  return (squared) =>
    each
      .map((kernel) => kernel(squared))
      .reduce((sum, value) => sum.add(value))
      .div(each.length);
}

/** Squared Euclidean distances of rows, [n, m] from [n, d] and [m, d]. */
function squaredDistances(a: Expr, b: Expr): Expr {
  const [aa, bb] = [a.square().sum(-1, true), b.square().sum(-1, true)];
  return a.matmul(b.transpose()).mul(-2).add(aa).add(bb.transpose()).maximum(0);
}

/**
 * The squared maximum mean discrepancy of two samples [n, d] and [m, d] (Gretton et al., 2012), a number without
 * unit. `unbiased` leaves out the pairs of a point with itself: its expectation is the discrepancy of the two
 * distributions, and it can be negative. Otherwise all pairs count (the V-statistic): never negative, too large by
 * up to 2/n. A sample of one point has no pairs; its part is then 0.
 */
export function mmdSquared(a: Expr, b: Expr, kernel: Kernel, unbiased: boolean): Expr {
  requireExpression("mmdSquared", a, "a");
  requireExpression("mmdSquared", b, "b");
  requireArgument("mmdSquared", "the kernel", kernel, be.callable);
  const kernelAt = (squared: Expr): Expr => {
    const value = kernel(squared);
    requireExpression("mmdSquared", value, "the kernel's value");
    return value;
  };
  const within = (x: Expr): Expr => {
    const n = x.count(0);
    const total = kernelAt(squaredDistances(x, x)).sum();
    if (!unbiased) return total.div(n.square());
    return total.sub(n).div(n.mul(n.sub(1)).maximum(1));
  };
  const across = kernelAt(squaredDistances(a, b)).mean();
  return within(a).add(within(b)).sub(across.mul(2));
}
