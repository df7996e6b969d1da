import { range, type Split, Windows } from "../data/portable.js";
import type { GivenOptions, TrainedVae } from "../model/index.js";
import { RandomStream, sizeOf, tensor, UserError } from "../tensor/index.js";

/** Bytes that picked examples may take. */
const roomFor = 2 ** 27;

/** The examples of a split at the given rows, in that order, in memory, with their labels. */
export async function pickExamples(split: Split, wanted: Int32Array): Promise<Split> {
  const { examples, labels, source } = split;
  const picked = labels && { labels: wanted.map((row) => labels[row] ?? 0) };
  const shape = [wanted.length, ...examples.shape.slice(1)];
  if (source !== undefined) {
    const windows = await Windows.open(split);
    try {
      const { dtype, data } = await windows.read(wanted);
      const own = dtype === "uint8" ? tensor(dtype, shape, data.slice()) : tensor(dtype, shape, data.slice());
      return { length: wanted.length, examples: own, ...picked };
    } finally {
      await windows.close();
    }
  }
  const size = sizeOf(shape.slice(1));
  const { dtype } = examples;
  const own = dtype === "uint8" ? tensor(dtype, shape) : tensor(dtype, shape);
  wanted.forEach((row, i) => own.data.set(examples.data.subarray(row * size, (row + 1) * size), i * size));
  return { length: wanted.length, examples: own, ...picked };
}

/** At most `most` rows of a split, drawn with a seed, in their order; fewer where they would take too much memory. */
export function someRows({ length, examples }: Split, most: number, seed: number): Int32Array {
  const bytes = sizeOf(examples.shape.slice(1)) * (examples.dtype === "uint8" ? 1 : 4);
  const count = Math.min(length, most, Math.max(200, Math.floor(roomFor / bytes)));
  if (count === length) return range(0, length);
  return new RandomStream(seed, "uses", "some-rows").permutation(length).slice(0, count).sort();
}

/**
 * The classes of examples `start` to `end` of a split as an option of `codes`, for a model that takes them. Throws a UserError if the
 * data have none and the model can't tell them.
 */
export function givenOf(
  { classes, definition }: TrainedVae,
  { labels, length }: Split,
  start = 0,
  end = length,
): GivenOptions {
  if (classes === undefined) return {};
  if (labels !== undefined) return { condition: labels.slice(start, Math.min(end, length)) };
  if (definition.classifier !== undefined) return {};
  throw new UserError(
    `the data have no labels, but the model is given one of ${classes.count} classes with each example; give data with labels`,
  );
}
