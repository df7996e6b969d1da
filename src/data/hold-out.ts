import { be, requireArgument } from "../catalogue/index.js";
import { RandomStream, sizeOf, type Tensor, UserError } from "../tensor/index.js";
import { ChosenRows } from "./chosen-rows.js";
import { type Dataset, type ExampleTensor, rows, type Split } from "./dataset.js";
import { allocateShared } from "./shared.js";
import type { ExampleSource } from "./source.js";
import { derived, range, streamedSplit } from "./streamed.js";

/** What is known of examples beside their numbers and labels, of those in some places. */
function besideOf({ ids, captions }: Split, places: () => Iterable<number>): Pick<Split, "ids" | "captions"> {
  const chosen = (texts: readonly string[]): string[] => Array.from(places(), (place) => texts[place] ?? "");
  return { ...(ids && { ids: chosen(ids) }), ...(captions && { captions: chosen(captions) }) };
}

/** Puts the rows that are marked behind the others, both in their order; takes memory for the marked rows only. */
function partition(data: Uint8Array | Float32Array | Int32Array, rowSize: number, marked: Uint8Array): void {
  const count = marked.reduce((sum, mark) => sum + mark, 0);
  const kept = data.slice(0, count * rowSize);
  let front = 0;
  let back = 0;
  for (let row = 0; row < marked.length; row++) {
    const start = row * rowSize;
    if (marked[row] === 1) kept.set(data.subarray(start, start + rowSize), back++ * rowSize);
    else data.copyWithin(front++ * rowSize, start, start + rowSize);
  }
  data.set(kept, front * rowSize);
}

/** The examples to hold out: `count` of `length` drawn with a seed, in random order. */
function drawn(length: number, count: number, seed: number | bigint): Int32Array {
  return new RandomStream(seed, "hold-out").permutation(length).subarray(length - count);
}

/** The chosen examples of a source. */
function chosenSource(source: ExampleSource, chosen: ChosenRows, count: number): ExampleSource {
  const shape = [count, ...source.shape.slice(1)];
  return derived(source, { shape }, (reader, places, out) => reader.read(chosen.at(places), out));
}

/** `splitInPlace` of a streamed split, of which nothing is moved: which examples are whose is kept as a bit each. */
function splitStreamed(
  split: Split,
  source: ExampleSource,
  count: number,
  seed: number | bigint,
): [Split, Split] {
  const { labels, length } = split;
  const held = ChosenRows.of(length, drawn(length, count, seed));
  const part = (chosen: ChosenRows, size: number): Split => {
    const own = labels && allocateShared("int32", size);
    own?.forEach((_, place) => {
      own[place] = labels?.[chosen.find(place)] ?? 0;
    });
    const places = (): Int32Array => chosen.at(range(0, size));
    return {
      ...streamedSplit(chosenSource(source, chosen, size), own),
      ...besideOf(split, places),
    };
  };
  return [part(held.others(), length - count), part(held, count)];
}

/**
 * Divides a split into `[rest, held]`, where `held` has `count` examples drawn with `seed`, by reordering its
 * own memory: `split` must not be used after. Both parts keep the order of the examples.
 */
export function splitInPlace(split: Split, count: number, seed: number | bigint): [Split, Split] {
  const { examples, labels, length, source } = split;
  if (source !== undefined) return splitStreamed(split, source, count, seed);
  const marked = new Uint8Array(length);
  for (const row of drawn(length, count, seed)) marked[row] = 1;
  partition(examples.data, sizeOf(examples.shape.slice(1)), marked);
  if (labels !== undefined) partition(labels, 1, marked);
  const part = (start: number, end: number, mark: 0 | 1): Split => ({
    length: end - start,
    examples: rows(examples, start, end),
    ...(labels === undefined ? {} : { labels: labels.subarray(start, end) }),
    ...besideOf(split, () => range(0, length).filter((row) => marked[row] === mark)),
  });
  return [part(0, length - count, 0), part(length - count, length, 1)];
}

function copyExamples(examples: ExampleTensor): ExampleTensor {
  const data = allocateShared(examples.dtype, examples.data.length);
  data.set(examples.data);
  return { ...examples, data } as Tensor<"uint8"> | Tensor<"float32">;
}

/** `splitInPlace` of a copy: `split` stays as it is. */
export function splitCopy(split: Split, count: number, seed: number | bigint): [Split, Split] {
  const { labels, length, source } = split;
  if (source !== undefined) return splitStreamed(split, source, count, seed);
  const copy: Split = { ...split, examples: copyExamples(split.examples) };
  if (labels === undefined) return splitInPlace(copy, count, seed);
  const copied = allocateShared("int32", length);
  copied.set(labels);
  return splitInPlace({ ...copy, labels: copied }, count, seed);
}

/** How many of `length` examples an amount is: a share below 1 (rounded, at least one), or a number as it is. */
export function heldOutCount(length: number, amount: number): number {
  return amount > 0 && amount < 1 ? Math.max(1, Math.round(amount * length)) : amount;
}

/**
 * A data set whose `validation` split is made of training examples, drawn at random. The given data set stays
 * as it is (the training examples are copied, unless they are streamed; `mnist({ validation })` does without the copy).
 *
 * @param amount a number of examples from 1, or a share between 0 and 1 (rounded, at least one example)
 * @param seed decides which examples. Default 0.
 * @throws UserError if there is a validation split already, or if no training example would be left.
 */
export function holdOut(dataset: Dataset, amount: number, seed: number | bigint = 0): Dataset {
  requireArgument("holdOut", "the data set", dataset, be.having(["name", "train", "test"], "a data set"));
  requireArgument("holdOut", "seed", seed, be.seed);
  const { train } = dataset;
  if (dataset.validation !== undefined) {
    throw new UserError(`${dataset.name} has a validation split of its own: use it as it is`, 2);
  }
  const count = heldOutCount(train.length, amount);
  if (!Number.isInteger(count) || count < 1 || count >= train.length) {
    throw new UserError(
      `validation: can't hold out ${amount} of the ${train.length} training examples of ${dataset.name}; ` +
        `give a whole number from 1 to ${train.length - 1}, or a share between 0 and 1`,
      2,
    );
  }
  const [rest, validation] = splitCopy(train, count, seed);
  return { ...dataset, train: rest, validation };
}
