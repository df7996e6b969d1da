import { formatShape, UserError } from "../../tensor/index.js";

/**
 * How a convolution lies over its image. The fine side is what a convolution reads and a transposed convolution writes,
 * the coarse side the other one; lists have one number for each axis of the image.
 */
export interface Geometry {
  readonly fine: readonly number[];
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  /** Zeros before and after the fine side. */
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly groups: number;
}

/** The length of a dilated kernel along an axis. */
export function reach({ kernel, dilation }: Geometry, axis: number): number {
  return ((kernel[axis] ?? 1) - 1) * (dilation[axis] ?? 1) + 1;
}

/** The lengths of the coarse side; 0 or less where the kernel does not fit. */
export function coarseOf(geometry: Geometry): number[] {
  return geometry.fine.map((length, axis) => {
    const room = length + (geometry.before[axis] ?? 0) + (geometry.after[axis] ?? 0) - reach(geometry, axis);
    return Math.floor(room / (geometry.stride[axis] ?? 1)) + 1;
  });
}

/** Throws a UserError that names the shapes where the kernel is larger than the padded image. */
export function requireFit(op: string, geometry: Geometry): void {
  const { fine, kernel, before, after, dilation } = geometry;
  if (coarseOf(geometry).every((length) => length >= 1)) return;
  const padded = fine.map((length, i) => length + (before[i] ?? 0) + (after[i] ?? 0));
  const around = padded.join() === fine.join() ? "" : `, ${formatShape(padded)} with padding,`;
  const spread = dilation.some((by) => by > 1) ? ` dilated by ${formatShape(dilation)}` : "";
  throw new UserError(
    `${op}: a kernel of ${formatShape(kernel)}${spread} is larger than the image of ${formatShape(fine)}${around}; ` +
      'take a smaller kernel, more padding, or padding "same"',
    2,
  );
}

/** Rounds of a loop over every place of a grid, the last axis fastest. */
export function places(lengths: readonly number[]): number[][] {
  return lengths.reduce<number[][]>(
    (found, length) => found.flatMap((place) => Array.from({ length }, (_, at) => [...place, at])),
    [[]],
  );
}

/** The number of a place in a grid, or undefined if it lies outside. */
export function numberOf(place: readonly number[], lengths: readonly number[]): number | undefined {
  let number = 0;
  for (const [axis, length] of lengths.entries()) {
    const at = place[axis] ?? 0;
    if (at < 0 || at >= length) return undefined;
    number = number * length + at;
  }
  return number;
}

/** The product of lengths. */
export function area(lengths: readonly number[]): number {
  return lengths.reduce((product, length) => product * length, 1);
}
