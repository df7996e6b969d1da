import type { Expr } from "../graph/index.js";
import "../ops/index.js";

/** The smallest number that a draw may be: safely above the smallest normal number of its type. */
export function tiny(x: Expr): number {
  return x.dtype === "float64" ? 1e-300 : 1e-36;
}

/**
 * A log-density on x >= 0, minus infinity elsewhere; `f` gets x no smaller than `tiny`, so
 * that neither value nor gradient is NaN.
 */
export function onPositive(x: Expr, f: (x: Expr) => Expr): Expr {
  return x.less(0).where(-Infinity, f(x.maximum(tiny(x))));
}

/** A log-density on 0..1, minus infinity outside; `f` gets x strictly inside. */
export function onUnitInterval(x: Expr, f: (x: Expr) => Expr): Expr {
  const margin = x.dtype === "float64" ? 1e-16 : 6e-8;
  const outside = x.less(0).or(x.greater(1));
  return outside.where(-Infinity, f(x.clamp(tiny(x), 1 - margin)));
}

/** log(1 + x^2), finite for all finite x. */
export function logOnePlusSquare(x: Expr): Expr {
  const size = x.abs();
  const big = size.greater(1e9);
  return big.where(big.where(size, 1).log().mul(2), big.where(0, x).square().log1p());
}

/** x - 1 - log(x), which is 0 at 1 and above elsewhere, for x > 0. */
export function excess(x: Expr): Expr {
  const away = x.sub(1);
  const near = away.abs().less(0.5);
  return away.sub(near.where(near.where(away, 0).log1p(), near.where(1, x).log()));
}
