import { cholesky, mahalanobis } from "../../sampling/index.js";
import { type Tensor, UserError } from "../../tensor/index.js";

/** Mean and spread of codes. Plain data. */
export interface CodeSpread {
  readonly mean: Float64Array;
  /** The lower Cholesky factor of the covariance, in rows. */
  readonly factor: Float64Array;
}

/** Mean and covariance of codes [n, latent]; a thousandth of the average variance is added to every coordinate's. */
export function spreadOfCodes({ data, shape }: Tensor<"float32">): CodeSpread {
  const [n = 0, size = 0] = shape;
  const mean = new Float64Array(size);
  data.forEach((value, i) => (mean[i % size] = (mean[i % size] ?? 0) + value / n));
  const covariance = new Float64Array(size * size);
  for (let row = 0; row < n; row++) {
    for (let a = 0; a < size; a++) {
      const off = ((data[row * size + a] ?? 0) - (mean[a] ?? 0)) / n;
      for (let b = 0; b <= a; b++) {
        const at = a * size + b;
        covariance[at] = (covariance[at] ?? 0) + off * ((data[row * size + b] ?? 0) - (mean[b] ?? 0));
      }
    }
  }
  let trace = 0;
  for (let d = 0; d < size; d++) trace += covariance[d * size + d] ?? 0;
  const jitter = Math.max((trace / size) * 1e-3, 1e-12);
  for (let d = 0; d < size; d++) covariance[d * size + d] = (covariance[d * size + d] ?? 0) + jitter;
  const factor = cholesky(covariance, size);
  if (factor === undefined) throw new UserError("the codes of the usual examples are not all finite numbers");
  return { mean, factor };
}

/** Mahalanobis distance of each code [n, latent] from the mean. */
export function codeDistances(
  { mean, factor }: CodeSpread,
  { data, shape }: Tensor<"float32">,
): Float64Array {
  const [n = 0, size = 0] = shape;
  const scratch = new Float64Array(size);
  return Float64Array.from({ length: n }, (_, i) =>
    Math.sqrt(mahalanobis(factor, mean, data, i * size, scratch)),
  );
}
