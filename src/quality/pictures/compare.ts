/** Numbers of codes one after another: [n, d]. */
export type Codes = Float32Array | Float64Array;

/** Queries that are compared at a time, so that the codes that they are compared with stay in the cache. */
const BLOCK = 32;

function squaredDistance(a: Codes, i: number, b: Codes, j: number, d: number): number {
  let sum = 0;
  for (let c = 0; c < d; c++) {
    const gap = (a[i * d + c] ?? 0) - (b[j * d + c] ?? 0);
    sum += gap * gap;
  }
  return sum;
}

/** Calls `each` with the squared distance of every pair, block by block. */
function eachDistance(
  a: Codes,
  b: Codes,
  d: number,
  each: (i: number, j: number, distance: number) => void,
): void {
  const [n, m] = [a.length / d, b.length / d];
  for (let start = 0; start < n; start += BLOCK) {
    const end = Math.min(n, start + BLOCK);
    for (let j = 0; j < m; j++) {
      for (let i = start; i < end; i++) each(i, j, squaredDistance(a, i, b, j, d));
    }
  }
}

/** The squared distance of each code to its `k`-th nearest neighbour among the others. */
export function radii(codes: Codes, d: number, k: number): Float64Array {
  const n = codes.length / d;
  const nearest = new Float64Array(n * k).fill(Infinity); // ascending, k of each code
  eachDistance(codes, codes, d, (i, j, distance) => {
    if (i === j || distance >= (nearest[i * k + k - 1] ?? 0)) return;
    let at = i * k + k - 1;
    while (at > i * k && (nearest[at - 1] ?? 0) > distance) {
      nearest[at] = nearest[at - 1] ?? 0;
      at--;
    }
    nearest[at] = distance;
  });
  return Float64Array.from({ length: n }, (_, i) => nearest[i * k + k - 1] ?? 0);
}

/** Precision, recall, density and coverage of codes with `d` numbers each. */
export function compareCodes(
  real: Codes,
  generated: Codes,
  d: number,
  k: number,
): { precision: number; recall: number; density: number; coverage: number } {
  const [ofReal, ofGenerated] = [radii(real, d, k), radii(generated, d, k)];
  const [n, m] = [ofReal.length, ofGenerated.length];
  const [looksReal, isReached, isCovered] = [new Uint8Array(m), new Uint8Array(n), new Uint8Array(n)];
  let inside = 0;
  eachDistance(real, generated, d, (i, j, distance) => {
    const radius = ofReal[i] ?? 0;
    if (distance < radius) inside++;
    if (distance <= radius) {
      looksReal[j] = 1;
      isCovered[i] = 1;
    }
    if (distance <= (ofGenerated[j] ?? 0)) isReached[i] = 1;
  });
  const share = (flags: Uint8Array): number => flags.reduce((sum, flag) => sum + flag, 0) / flags.length;
  return {
    precision: share(looksReal),
    recall: share(isReached),
    density: inside / (k * m),
    coverage: share(isCovered),
  };
}
