import type { Binning } from "./bins.js";

/** Numbers a bin: the sums of gradients and of second derivatives, and how many examples. */
export const PER_BIN = 3;

/** Where each feature's histogram begins among those of all features, and where the last one ends. */
export function histogramBases(binnings: readonly Binning[]): number[] {
  const bases = [0];
  for (const { count } of binnings) bases.push((bases.at(-1) ?? 0) + (count + 1) * PER_BIN);
  return bases;
}

/** First and second derivatives of the loss by example. */
export interface Derivatives {
  readonly gradients: Float32Array;
  readonly hessians: Float32Array;
}

/** Adds the derivatives of `rows`, given in their order, to the bins of one feature. */
function addUp(
  out: Float64Array,
  base: number,
  bins: Uint8Array,
  rows: Uint32Array,
  g: Float32Array,
  h: Float32Array,
): void {
  for (let i = 0; i < rows.length; i++) {
    const at = base + (bins[rows[i] ?? 0] ?? 0) * PER_BIN;
    out[at] = (out[at] ?? 0) + (g[i] ?? 0);
    out[at + 1] = (out[at + 1] ?? 0) + (h[i] ?? 0);
    out[at + 2] = (out[at + 2] ?? 0) + 1;
  }
}

/** The histograms of all features over the examples `rows[start..end)`, one after another. */
export function makeHistograms(
  features: readonly Uint8Array[],
  bases: readonly number[],
  { gradients, hessians }: Derivatives,
  rows: Uint32Array,
  start: number,
  end: number,
): Float64Array {
  const out = new Float64Array(bases.at(-1) ?? 0);
  const count = end - start;
  const g = new Float32Array(count);
  const h = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const row = rows[start + i] ?? 0;
    g[i] = gradients[row] ?? 0;
    h[i] = hessians[row] ?? 0;
  }
  const own = rows.subarray(start, end);
  features.forEach((bins, f) => addUp(out, bases[f] ?? 0, bins, own, g, h));
  return out;
}

/** The histograms of a node's other child: the node's less the first child's. */
export function otherHistograms(parent: Float64Array, child: Float64Array): Float64Array {
  const out = new Float64Array(parent.length);
  for (let i = 0; i < parent.length; i++) out[i] = (parent[i] ?? 0) - (child[i] ?? 0);
  return out;
}
