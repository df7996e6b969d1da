import { type Distribution, exactKl } from "../distributions/index.js";
import type { Expr } from "../graph/index.js";
import { concat } from "../ops/index.js";

/**
 * The independent single coordinates that a distribution over vectors consists of: distributions of [..., n] whose
 * elements are independent, side by side; or undefined if its coordinates depend on each other (a full covariance,
 * a sphere, a mixture, a one-hot vector).
 */
export function coordinatesOf(distribution: Distribution): readonly Distribution[] | undefined {
  const { base, parts, eventRank } = distribution;
  if (parts !== undefined) {
    const all = parts.map(coordinatesOf);
    return all.every((list) => list !== undefined) ? all.flat() : undefined;
  }
  return eventRank === 1 && base?.eventRank === 0 ? [base] : undefined;
}

function sizesOf(list: readonly Distribution[]): number[] {
  return list.map((part) => part.shape.at(-1) as number);
}

/** log p of each coordinate of z [..., z], in nats; z may have further axes that broadcast. */
export function logProbByCoordinate(list: readonly Distribution[], z: Expr): Expr {
  if (list.length === 1) return (list[0] as Distribution).logProb(z);
  const slices = z.split(-1, sizesOf(list));
  return concat(list.map((part, i) => part.logProb(slices[i] as Expr)));
}

/**
 * The KL divergence coordinate by coordinate in nats, [..., z]: exact where a closed form is known, else estimated
 * at `draw`. Undefined if either distribution's coordinates depend on each other.
 */
export function klByCoordinate(p: Distribution, q: Distribution, draw: Expr): Expr | undefined {
  const [from, to] = [coordinatesOf(p), coordinatesOf(q)];
  if (from === undefined || to === undefined) return undefined;
  if (sizesOf(from).join() !== sizesOf(to).join()) {
    return logProbByCoordinate(from, draw).sub(logProbByCoordinate(to, draw));
  }
  const slices = from.length === 1 ? [draw] : draw.split(-1, sizesOf(from));
  const terms = from.map((part, i) => {
    const [other, z] = [to[i] as Distribution, slices[i] as Expr];
    return exactKl(part, other) ?? part.logProb(z).sub(other.logProb(z));
  });
  return concat(terms);
}
