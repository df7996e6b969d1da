import { formatShape, UserError } from "../../tensor/index.js";

/** An example [...space, channels]: a sequence, a picture or a volume. */
export interface Spatial {
  /** Lengths of the axes before the channels. */
  readonly space: readonly number[];
  readonly channels: number;
  /** The axes before the channels, counted from the end. */
  readonly axes: readonly number[];
}

/** The parts of an example's shape. Throws a UserError that begins with the layer's name unless there are 1 to 3 axes and channels. */
export function spatialOf(layer: string, inShape: readonly number[]): Spatial {
  if (inShape.length < 2 || inShape.length > 4) {
    throw new UserError(
      `${layer} takes sequences [length, channels], pictures [height, width, channels] or volumes, got examples of shape ` +
        formatShape(inShape),
      2,
    );
  }
  const space = inShape.slice(0, -1);
  return {
    space,
    channels: inShape.at(-1) as number,
    axes: space.map((_, i) => i - inShape.length),
  };
}

/** One number for all axes, or one for each. */
export type Sizes = number | readonly number[];

/** Throws a UserError that names the option unless `sizes` are whole numbers from `least`. */
export function requireSizes(where: string, sizes: unknown, least = 1): asserts sizes is Sizes {
  const all: readonly unknown[] = Array.isArray(sizes) ? (sizes as readonly unknown[]) : [sizes];
  if (all.length > 0 && all.every((size) => Number.isInteger(size) && (size as number) >= least)) return;
  throw new UserError(
    `${where} must be a whole number from ${least}, or a list of one for each axis, got ${JSON.stringify(sizes)}`,
    2,
  );
}

/** A number for each of `rank` axes. Throws a UserError that names the option if there is a number for each of more or fewer. */
export function perAxis(where: string, sizes: Sizes, rank: number): readonly number[] {
  if (typeof sizes === "number") return Array<number>(rank).fill(sizes);
  if (sizes.length === rank) return sizes;
  throw new UserError(
    `${where} has ${sizes.length} numbers, but examples have ${rank} ${rank === 1 ? "axis" : "axes"} before the channels`,
    2,
  );
}
