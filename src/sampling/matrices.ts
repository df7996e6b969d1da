/** The lower Cholesky factor of a symmetric matrix in rows, or undefined if it is not positive definite. */
export function cholesky(matrix: Float64Array, size: number): Float64Array | undefined {
  const factor = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * size + j] ?? 0;
      for (let k = 0; k < j; k++) sum -= (factor[i * size + k] ?? 0) * (factor[j * size + k] ?? 0);
      if (i !== j) factor[i * size + j] = sum / (factor[j * size + j] ?? 1);
      else if (sum > 0) factor[i * size + i] = Math.sqrt(sum);
      else return undefined;
    }
  }
  return factor;
}

/** Half of log det(L L'), from the factor's diagonal. */
export function logDiagonal(factor: Float64Array, size: number): number {
  let total = 0;
  for (let i = 0; i < size; i++) total += Math.log(factor[i * size + i] ?? Number.NaN);
  return total;
}

/** |L^-1 (x - mean)|^2 for the point of `data` that begins at `at`; `scratch` holds `size` numbers. */
export function mahalanobis(
  factor: Float64Array,
  mean: Float64Array,
  data: ArrayLike<number>,
  at: number,
  scratch: Float64Array,
): number {
  const size = mean.length;
  let total = 0;
  for (let i = 0; i < size; i++) {
    let value = (data[at + i] ?? 0) - (mean[i] ?? 0);
    for (let k = 0; k < i; k++) value -= (factor[i * size + k] ?? 0) * (scratch[k] ?? 0);
    value /= factor[i * size + i] ?? 1;
    scratch[i] = value;
    total += value * value;
  }
  return total;
}
