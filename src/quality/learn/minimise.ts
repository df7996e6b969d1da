/** A function to minimise: writes the gradient at `x` into `gradient` and returns the value. */
export type Objective = (x: Float64Array, gradient: Float64Array) => number;

const MEMORY = 10;

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

interface Pair {
  readonly s: Float64Array;
  readonly y: Float64Array;
  readonly rho: number;
}

/** -H g by the two loops over the remembered steps. */
function direction(gradient: Float64Array, pairs: readonly Pair[]): Float64Array {
  const d = gradient.map((g) => -g);
  const alphas: number[] = [];
  for (const { s, y, rho } of [...pairs].reverse()) {
    const alpha = rho * dot(s, d);
    alphas.push(alpha);
    d.forEach((value, i) => (d[i] = value - alpha * (y[i] ?? 0)));
  }
  const last = pairs.at(-1);
  if (last !== undefined) {
    const scale = 1 / (last.rho * dot(last.y, last.y));
    d.forEach((value, i) => (d[i] = value * scale));
  }
  pairs.forEach(({ s, y, rho }, k) => {
    const beta = (alphas[pairs.length - 1 - k] ?? 0) - rho * dot(y, d);
    d.forEach((value, i) => (d[i] = value + beta * (s[i] ?? 0)));
  });
  return d;
}

/**
 * Minimises a smooth convex function by L-BFGS (Liu and Nocedal, 1989) with a backtracking search that meets Armijo's
 * condition, until no entry of the gradient exceeds `tolerance` or `iterations` are done. `x` is changed in place.
 */
export function minimise(objective: Objective, x: Float64Array, iterations: number, tolerance: number): void {
  let gradient = new Float64Array(x.length);
  let value = objective(x, gradient);
  const pairs: Pair[] = [];
  for (let k = 0; k < iterations; k++) {
    if (gradient.every((g) => Math.abs(g) <= tolerance)) return;
    const d = direction(gradient, pairs);
    const slope = dot(gradient, d);
    let step = pairs.length === 0 ? Math.min(1, 1 / Math.sqrt(dot(gradient, gradient))) : 1;
    const next = new Float64Array(x.length);
    const nextGradient = new Float64Array(x.length);
    let nextValue = Infinity;
    for (let tries = 0; tries < 40; tries++, step /= 2) {
      x.forEach((each, i) => (next[i] = each + step * (d[i] ?? 0)));
      nextValue = objective(next, nextGradient);
      if (nextValue <= value + 1e-4 * step * slope) break;
    }
    if (!(nextValue < value)) return; // as low as these numbers go
    const s = next.map((each, i) => each - (x[i] ?? 0));
    const y = nextGradient.map((each, i) => each - (gradient[i] ?? 0));
    const curvature = dot(s, y);
    if (curvature > 1e-12 * dot(y, y)) pairs.push({ s, y, rho: 1 / curvature });
    if (pairs.length > MEMORY) pairs.shift();
    x.set(next);
    gradient = nextGradient;
    value = nextValue;
  }
}
