import "../arithmetic.js";
import "../cast.js";
import "../compare.js";
import "../expand.js";
import "../exponential.js";
import { customGradient } from "../gradient-control.js";
import "../layout.js";
import "../power.js";
import "../reduce.js";
import "../rounding.js";
import "../select.js";
import "../trigonometry.js";
import { constant, type Expr, requireExpression } from "../../graph/index.js";

/**
 * A function of one node made of other ops, whose derivative is `slope` in place of what would follow from
 * how the value is computed. What an expansion repeats is computed once.
 */
export function composite(
  name: string,
  value: (x: Expr) => Expr,
  slope: (x: Expr) => Expr,
): (x: Expr) => Expr {
  const apply = (x: Expr): Expr => {
    requireExpression(name, x);
    const [source, like] = x.op.name === "expand" ? x.inputs : [];
    if (source !== undefined) return apply(source).expand(x.shape, like);
    return customGradient(value(x), [x], (grad) => [grad.mul(slope(x))]);
  };
  return apply;
}

/** c0 + c1 x + c2 x^2 + ..., by Horner's rule. */
export function polynomial(x: Expr, coefficients: readonly number[]): Expr {
  const last = coefficients.length - 1;
  let sum = x.mul(coefficients[last] ?? 0).add(coefficients[last - 1] ?? 0);
  for (let i = last - 2; i >= 0; i--) sum = sum.mul(x).add(coefficients[i] ?? 0);
  return sum;
}

/** Numbers as a vector of the dtype of `like`. */
export function vector(values: readonly number[], like: Expr): Expr {
  return constant([...values], like.dtype);
}
