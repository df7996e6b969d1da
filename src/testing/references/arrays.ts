import { sizeOf } from "../../tensor/index.js";

/** Every index into a shape, in row-major order. */
export function indicesOf(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>(
    (all, length) => all.flatMap((index) => Array.from({ length }, (_, i) => [...index, i])),
    [[]],
  );
}

/** The place of an index in row-major order. */
export function placeOf(index: readonly number[], shape: readonly number[]): number {
  return index.reduce((place, i, axis) => place * (shape[axis] as number) + i, 0);
}

/** Every shape of `rank` axes of lengths 0, 1 and 2. */
export function smallShapes(rank: number): number[][] {
  return indicesOf(Array<number>(rank).fill(3));
}

/** Every set of axes of an array of `rank` axes but the empty one, in ascending order. */
export function axisSets(rank: number): number[][] {
  return Array.from({ length: 2 ** rank - 1 }, (_, bits) =>
    Array.from({ length: rank }, (_, axis) => axis).filter((axis) => ((bits + 1) >> axis) & 1),
  );
}

/** `index` with `i` at `axis`. */
export function withAt(index: readonly number[], axis: number, i: number): number[] {
  return index.map((own, at) => (at === axis ? i : own));
}

/** `shape` without `axes`, or with them as length 1. */
export function without(shape: readonly number[], axes: readonly number[], keepDims = false): number[] {
  return shape.flatMap((length, axis) => (axes.includes(axis) ? (keepDims ? [1] : []) : [length]));
}

/** The places of each group of elements that lie along `axes` together, in the order of what is left of the shape. */
export function groupsOf(shape: readonly number[], axes: readonly number[]): number[][] {
  const rest = without(shape, axes);
  const groups = Array.from({ length: sizeOf(rest) }, (): number[] => []);
  for (const index of indicesOf(shape)) {
    const left = index.filter((_, axis) => !axes.includes(axis));
    groups[placeOf(left, rest)]?.push(placeOf(index, shape));
  }
  return groups;
}
