import { be, requireArgument } from "../catalogue/index.js";
import { allocate, sizeOf, tensor, UserError } from "../tensor/index.js";
import {
  endOfRows,
  type ExampleTensor,
  requireFinite,
  requireLabelEach,
  rows,
  type Split,
} from "./dataset.js";
import type { ExampleData, ExampleReader, ExampleSource } from "./source.js";

const aSource = be.having(
  ["dtype", "place", "shape", "open"],
  "a source of examples: dtype, shape, place and open",
);
const anInt32Array = { expected: "an Int32Array", ok: (value: unknown) => value instanceof Int32Array };

/** A split whose examples stay where they are; labels, one an example, lie in memory. */
export function streamedSplit(source: ExampleSource, labels?: Int32Array): Split {
  requireArgument("streamedSplit", "the source", source, aSource);
  if (labels !== undefined) requireArgument("streamedSplit", "labels", labels, anInt32Array);
  const { dtype, place, shape } = source;
  const examples = {
    dtype,
    shape,
    get data(): never {
      throw new UserError(
        `${place} is streamed from disk and does not lie in memory: read parts of it with readExamples, or load it ` +
          "with more memory allowed",
      );
    },
  } as ExampleTensor;
  return { length: shape[0] ?? 0, examples, source, ...(labels === undefined ? {} : { labels }) };
}

/**
 * `streamedSplit` of a source that is read once to see that its numbers can be used, floats that they are finite;
 * `trusted` bytes are not. Throws a UserError naming `source` as `makeSplit` does.
 */
export async function makeStreamedSplit(
  examples: ExampleSource,
  labels: Int32Array | undefined,
  source: string,
  trusted = true,
): Promise<Split> {
  const split = streamedSplit(examples, labels);
  if (labels !== undefined) requireLabelEach(split.length, labels, source);
  if (examples.dtype === "uint8" && trusted) return split;
  for await (const { examples, first } of pieces(split)) requireFinite(examples, source, first);
  return split;
}

/** Numbers `start` to `end` - 1. */
export function range(start: number, end: number): Int32Array {
  const numbers = new Int32Array(Math.max(0, end - start));
  for (let i = 0; i < numbers.length; i++) numbers[i] = start + i;
  return numbers;
}

/** Room for so many examples of a source. */
export function roomFor(source: ExampleSource, count: number): ExampleData {
  return allocate(source.dtype, count * sizeOf(source.shape.slice(1)));
}

/** Data as examples of a source's shape. */
export function asExamples(source: ExampleSource, data: ExampleData): ExampleTensor {
  const shape = source.shape.slice(1);
  const full = [data.length / sizeOf(shape), ...shape];
  return data instanceof Uint8Array ? tensor("uint8", full, data) : tensor("float32", full, data);
}

/**
 * Examples `start` (included) to `end` (excluded, default: the last) of a split: a view of those in memory, a copy of
 * streamed ones. Throws a UserError that names the file if it can't be read.
 */
export async function readExamples(split: Split, start: number, end?: number): Promise<ExampleTensor> {
  requireArgument(
    "readExamples",
    "the split",
    split,
    be.having(["length", "examples"], "a part of a data set, such as data.test"),
  );
  requireArgument("readExamples", "start", start, be.whole(0));
  const { source, length } = split;
  if (source === undefined) return rows(split.examples, start, end);
  const stop = endOfRows(length, start, end);
  const reader = await source.open();
  try {
    const data = roomFor(source, stop - start);
    await reader.read(range(start, stop), data);
    return asExamples(source, data);
  } finally {
    await reader.close();
  }
}

const pieceNumbers = 1 << 20;

/**
 * All examples of a split in pieces of some megabytes, and the number of each piece's first. Streamed pieces are
 * overwritten by the next.
 */
export async function* pieces(
  split: Split,
): AsyncGenerator<{ examples: ExampleTensor; first: number }, void> {
  const { source, length, examples } = split;
  const count = Math.max(1, Math.floor(pieceNumbers / sizeOf(examples.shape.slice(1))));
  if (source === undefined) {
    for (let first = 0; first < length; first += count) {
      yield { examples: rows(examples, first, first + count), first };
    }
    return;
  }
  const reader = await source.open();
  try {
    const room = roomFor(source, Math.min(count, length));
    for (let first = 0; first < length; first += count) {
      const wanted = range(first, Math.min(first + count, length));
      const part = room.subarray(0, (room.length / Math.min(count, length)) * wanted.length);
      await reader.read(wanted, part);
      yield { examples: asExamples(source, part), first };
    }
  } finally {
    await reader.close();
  }
}

/** A source whose readers do something of their own with another's. */
export function derived(
  source: ExampleSource,
  changes: { readonly dtype?: "uint8" | "float32"; readonly shape?: readonly number[] },
  read: (reader: ExampleReader, rows: Int32Array, out: ExampleData) => Promise<void>,
): ExampleSource {
  return {
    ...source,
    ...changes,
    async open() {
      const reader = await source.open();
      return {
        read: (wanted, out) => read(reader, wanted, out),
        close: () => reader.close(),
      };
    },
  };
}
