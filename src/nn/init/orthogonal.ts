import type { Initializer } from "../parameters.js";

/** Numbers `from`..`from + length` of `v` by those of `w`, multiplied and added up. */
function product(v: Float64Array, a: number, b: number, length: number): number {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += (v[a + i] as number) * (v[b + i] as number);
  return sum;
}

/** Makes each of `count` rows of `length` numbers orthogonal to those before it, and of length 1, by Gram and Schmidt, twice. */
function orthonormalise(rows: Float64Array, count: number, length: number): void {
  for (let row = 0; row < count; row++) {
    const at = row * length;
    for (let pass = 0; pass < 2; pass++) {
      for (let other = 0; other < row; other++) {
        const by = product(rows, at, other * length, length);
        for (let i = 0; i < length; i++)
          rows[at + i] = (rows[at + i] as number) - by * (rows[other * length + i] as number);
      }
    }
    const size = Math.sqrt(product(rows, at, at, length));
    for (let i = 0; i < length; i++) rows[at + i] = (rows[at + i] as number) / size;
  }
}

/**
 * A weight whose rows - or columns, if there are fewer - are orthogonal and of length `gain` (Saxe, McClelland and Ganguli,
 * 2014), all axes but the first taken together.
 */
export function orthogonalValues(shape: readonly number[], gain: number): Initializer {
  const rows = shape[0] ?? 1;
  const columns = shape.slice(1).reduce((all, length) => all * length, 1);
  const [count, length] = rows <= columns ? [rows, columns] : [columns, rows];
  return (out, stream) => {
    const values = new Float64Array(count * length);
    stream.normal(values, 0);
    orthonormalise(values, count, length);
    for (let i = 0; i < count; i++)
      for (let j = 0; j < length; j++)
        out[rows <= columns ? i * length + j : j * count + i] = gain * (values[i * length + j] as number);
  };
}
