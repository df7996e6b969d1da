import { type Expr, input } from "../graph/index.js";
import { type Feeds, evaluateOn } from "../runtime/index.js";
import { type FloatType, type Tensor, toNumbers } from "../tensor/index.js";
import { grad } from "../autodiff/index.js";
import { testBackend } from "./check-op.js";

/** The values of an expression on the test engine, in row-major order. */
export async function valuesOf(expr: Expr, feeds: Feeds = {}): Promise<number[]> {
  return toNumbers(await evaluateOn(await testBackend(), expr, feeds));
}

/** The value of an expression on the test engine. */
export async function tensorOf(expr: Expr, feeds: Feeds = {}): Promise<Tensor> {
  return evaluateOn(await testBackend(), expr, feeds);
}

/** A function of one vector at `xs`. */
export function mapped(f: (x: Expr) => Expr, xs: readonly number[], dtype: FloatType): Promise<number[]> {
  return valuesOf(f(input("x", dtype, [xs.length])), { x: xs });
}

/** The derivative of a function that works element by element, at `xs`. */
export function derivative(f: (x: Expr) => Expr, xs: readonly number[], dtype: FloatType): Promise<number[]> {
  const x = input("x", dtype, [xs.length]);
  return valuesOf(grad(f(x).sum(), [x])[0] as Expr, { x: xs });
}

/** The largest relative error of `actual`; where 0 is expected, infinite unless it is 0. NaN and infinities must agree. */
export function relativeError(actual: readonly number[], expected: readonly number[]): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  return actual.reduce((worst, value, i) => {
    const goal = expected[i] as number;
    if (Object.is(value + 0, goal + 0)) return worst;
    const error = Math.abs((value - goal) / goal);
    return Math.max(worst, Number.isNaN(error) ? Number.POSITIVE_INFINITY : error);
  }, 0);
}
