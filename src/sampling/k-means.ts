import type { RandomStream } from "../tensor/index.js";

function squaredDistance(
  data: ArrayLike<number>,
  at: number,
  centres: Float64Array,
  to: number,
  size: number,
): number {
  let total = 0;
  for (let d = 0; d < size; d++) {
    const difference = (data[at + d] ?? 0) - (centres[to + d] ?? 0);
    total += difference * difference;
  }
  return total;
}

/** First centres [k, size]: each next one a point chosen with its squared distance from the nearest as weight. */
function seeds(
  data: ArrayLike<number>,
  n: number,
  size: number,
  k: number,
  stream: RandomStream,
): Float64Array {
  const uniforms = stream.uniform(new Float64Array(k), 0);
  const centres = new Float64Array(k * size);
  const nearest = new Float64Array(n).fill(Infinity);
  let chosen = Math.min(n - 1, Math.floor((uniforms[0] ?? 0) * n));
  for (let c = 0; c < k; c++) {
    for (let d = 0; d < size; d++) centres[c * size + d] = data[chosen * size + d] ?? 0;
    let total = 0;
    for (let i = 0; i < n; i++) {
      const distance = squaredDistance(data, i * size, centres, c * size, size);
      nearest[i] = Math.min(nearest[i] ?? 0, distance);
      total += nearest[i] ?? 0;
    }
    let level = (uniforms[c + 1] ?? 0) * total;
    chosen = 0;
    while (chosen < n - 1 && level >= (nearest[chosen] ?? 0)) level -= nearest[chosen++] ?? 0;
  }
  return centres;
}

/**
 * Which of `k` clusters each of `n` points belongs to: k-means++ (Arthur and Vassilvitskii, 2007) and a few rounds of
 * Lloyd's algorithm, enough to begin EM from.
 */
export function kMeans(
  data: ArrayLike<number>,
  n: number,
  size: number,
  k: number,
  stream: RandomStream,
  rounds = 10,
): Int32Array {
  const centres = seeds(data, n, size, k, stream);
  const label = new Int32Array(n);
  for (let round = 0; ; round++) {
    let moved = 0;
    for (let i = 0; i < n; i++) {
      let [best, at] = [Infinity, 0];
      for (let c = 0; c < k; c++) {
        const distance = squaredDistance(data, i * size, centres, c * size, size);
        if (distance < best) [best, at] = [distance, c];
      }
      if (label[i] !== at) moved++;
      label[i] = at;
    }
    if (moved === 0 || round === rounds) return label;
    const counts = new Float64Array(k);
    const sums = new Float64Array(k * size);
    for (let i = 0; i < n; i++) {
      const c = label[i] ?? 0;
      counts[c] = (counts[c] ?? 0) + 1;
      for (let d = 0; d < size; d++) {
        sums[c * size + d] = (sums[c * size + d] ?? 0) + (data[i * size + d] ?? 0);
      }
    }
    for (let c = 0; c < k; c++) {
      const count = counts[c] ?? 0;
      if (count === 0) continue;
      for (let d = 0; d < size; d++) centres[c * size + d] = (sums[c * size + d] ?? 0) / count;
    }
  }
}
