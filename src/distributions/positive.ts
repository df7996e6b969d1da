import type { Expr } from "../graph/index.js";
import { customGradient } from "../ops/index.js";

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

/** 2 / 3, 2 / 5, ...: log(1 + x) is 2 s + s^3 times their series in s^2, with s = x / (2 + x). */
const logSeries = [2 / 3, 2 / 5, 2 / 7, 2 / 9, 2 / 11];

/** x - 1 - log(x), which is 0 at 1 and above elsewhere, for x > 0; `away` is x - 1, where it is known better. */
export function excess(x: Expr, away: Expr = x.sub(1)): Expr {
  const [near, close] = [away.abs().less(0.5), away.abs().less(0.1)];
  const plain = away.sub(near.where(near.where(away, 0).log1p(), near.where(1, x).log()));
  const inside = close.where(away, 0);
  const s = inside.div(inside.add(2));
  const series = logSeries.reduceRight((sum: Expr | number, c) => s.square().mul(sum).add(c), 0) as Expr;
  return close.where(s.mul(inside.sub(s.square().mul(series))), plain);
}

/** 1 / 2!, 1 / 3!, ... as coefficients of exp(x) - 1 - x over x^2. */
const expSeries = Array.from({ length: 12 }, (_, k) =>
  Array.from({ length: k + 2 }, (_value, i) => 1 / (i + 1)).reduce((a, b) => a * b),
);

/** exp(x) - 1 - x, without cancellation near 0; its derivative is expm1(x). */
export function expExcess(x: Expr): Expr {
  const near = x.abs().less(0.5);
  const inside = near.where(x, 0);
  const series = expSeries.reduceRight((sum: Expr | number, c) => inside.mul(sum).add(c), 0) as Expr;
  const value = near.where(inside.square().mul(series), near.where(1, x).expm1().sub(near.where(1, x)));
  return customGradient(value, [x], (grad) => [grad.mul(x.expm1())]);
}
