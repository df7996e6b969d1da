import type { LatentPart } from "./space";

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

/** An angle within -π to π. */
export const wrapped = (angle: number): number => angle - 2 * Math.PI * Math.round(angle / (2 * Math.PI));

/** Sets the other coordinates of a part so that `measure` over all of it is 1 again. */
function scaleOthers(
  z: Float32Array,
  { start, size }: LatentPart,
  kept: ReadonlySet<number>,
  wanted: number,
  measure: (value: number) => number,
  scaleOf: (ratio: number) => number,
): void {
  const others = Array.from({ length: size }, (_, i) => start + i).filter((at) => !kept.has(at));
  const total = others.reduce((sum, at) => sum + measure(z[at] ?? 0), 0);
  for (const at of others) {
    z[at] =
      total > 1e-9 ? (z[at] ?? 0) * scaleOf(wanted / total) : scaleOf(Math.max(0, wanted) / others.length);
  }
}

const square = (value: number): number => value * value;
const same = (value: number): number => value;

/** A code with some coordinates of one part set, the part's others following where they must add up. */
export function moved(z: Float32Array, part: LatentPart, values: ReadonlyMap<number, number>): Float32Array {
  const next = z.slice();
  const kept = new Set(values.keys());
  if (part.kind === "sphere" || (part.kind === "circle" && part.group === 2)) {
    const length = Math.sqrt([...values.values()].reduce((sum, value) => sum + value * value, 0));
    const all = kept.size === part.size;
    const shrink = all ? 1 / (length || 1) : length > 1 ? 1 / length : 1;
    for (const [at, value] of values) next[at] = value * shrink;
    if (!all) scaleOthers(next, part, kept, 1 - Math.min(1, length) ** 2, square, Math.sqrt);
    return next;
  }
  if (part.kind === "simplex") {
    const positive = new Map([...values].map(([at, value]) => [at, Math.max(0, value)]));
    const total = [...positive.values()].reduce((sum, value) => sum + value, 0);
    const all = kept.size === part.size;
    const shrink = all || total > 1 ? 1 / (total || 1) : 1;
    for (const [at, value] of positive) next[at] = value * shrink;
    if (!all) scaleOthers(next, part, kept, 1 - Math.min(1, total), same, same);
    return next;
  }
  for (const [at, value] of values) {
    if (part.kind === "circle") next[at] = wrapped(value);
    else if (part.kind === "bits") next[at] = clamp(value, 0, 1);
    else next[at] = value;
  }
  return next;
}

/** A code with one of a choice's classes taken, in the group that `first` begins. */
export function chosen(z: Float32Array, first: number, group: number, index: number): Float32Array {
  const next = z.slice();
  next.fill(0, first, first + group);
  next[first + index] = 1;
  return next;
}

/** The place of the largest of `group` coordinates from `first` on. */
export function largest(z: Float32Array, first: number, group: number): number {
  let best = 0;
  for (let i = 1; i < group; i++) if ((z[first + i] ?? 0) > (z[first + best] ?? 0)) best = i;
  return best;
}

/** The row of a codebook that is nearest to the `group` coordinates from `first` on. */
export function nearestRow(z: Float32Array, first: number, group: number, codebook: Float32Array): number {
  let [best, least] = [0, Infinity];
  for (let row = 0; row * group < codebook.length; row++) {
    let distance = 0;
    for (let i = 0; i < group; i++)
      distance += square((z[first + i] ?? 0) - (codebook[row * group + i] ?? 0));
    if (distance < least) [best, least] = [row, distance];
  }
  return best;
}
