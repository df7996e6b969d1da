import { be, type Check, hasMembers, requireArgument } from "../catalogue/index.js";
import { formatShape, sizeOf, type Tensor, tensor, UserError } from "../tensor/index.js";
import type { DatasetKind, ExampleTensor } from "./examples.js";
import { type ChannelLayout, drawnChannels } from "./layout.js";
import type { PictureSettings } from "./pictures/settings.js";
import { at, type ExampleSchema, readingOf, scalesOf, wholeSchema } from "./schema.js";
import type { ExampleSource } from "./source.js";

export type { DatasetKind, ExampleTensor } from "./examples.js";

/**
 * One part of a data set. In memory it is plain data without functions, so that it can be posted to a worker thread
 * as it is; its numbers lie in shared memory where there is any, and are then not copied. A streamed one has a
 * `source` besides, from which examples are read when they are needed (`readExamples`).
 */
export interface Split {
  /** Number of examples, at least 1. */
  readonly length: number;
  /**
   * The examples, `[length, ...shape]`; the name holds for data that aren't pictures too. Of a streamed split it has
   * the dtype and shape, and asking for its `data` throws a UserError.
   */
  readonly examples: ExampleTensor;
  /** Where the examples are, if they don't lie in memory. */
  readonly source?: ExampleSource;
  /** One class number an example. */
  readonly labels?: Int32Array;
  /** What each example is called where it comes from, such as a picture's file below its folder. */
  readonly ids?: readonly string[];
  /** A text to each example. */
  readonly captions?: readonly string[];
}

/** A data set in parts for training and testing. Plain data, as its splits are. */
export interface Dataset {
  /** A name for messages and reports, such as `MNIST`. */
  readonly name: string;
  /** Where to find it again: `mnist` or a folder's full path; nothing if it was made in memory. */
  readonly source?: string;
  /** Where the channels of its pictures are there, if that had to be told; see `planLayout`. */
  readonly layout?: ChannelLayout;
  /** Of a table, what was told of its held-out rows: how many, which share, or where they are. */
  readonly heldOut?: number | string;
  /** How pictures in files became its examples, if that is what they are. */
  readonly picture?: PictureSettings;
  readonly kind: DatasetKind;
  /** The shape of one example, such as `[28, 28]`. */
  readonly shape: readonly number[];
  /** What the numbers of an example are; default: bytes are x/255, floats are as they are (`schemaOf`). */
  readonly schema?: ExampleSchema;
  readonly train: Split;
  readonly test: Split;
  /** Held out of the training examples, see `holdOut`. */
  readonly validation?: Split;
  /** Names of the classes, by label. */
  readonly classes?: readonly string[];
  /** What a person should know about how the data were read, a sentence each, such as a test split made here. */
  readonly notes: readonly string[];
}

/** A data set, where a function of the API takes one. */
export const aDataset = be.having(
  ["name", "shape", "train", "test"],
  "a data set, such as fromArrays(...) makes",
);

const someExamples: Check = {
  expected: "examples, a tensor of uint8 or float32 numbers, as data.test.examples are",
  // a streamed split's `data` can't be asked for
  ok: (value) =>
    hasMembers(value, ["dtype", "shape", "data"]) &&
    ["uint8", "float32"].includes((value as ExampleTensor).dtype) &&
    Array.isArray((value as ExampleTensor).shape),
};

/** Where rows from `start` to `end` (default: the last) of so many end. Throws a UserError if there are no such rows. */
export function endOfRows(length: number, start: number, end = length): number {
  const stop = Math.min(end, length);
  if (!Number.isInteger(start) || !Number.isInteger(stop) || start < 0 || start > stop) {
    throw new UserError(`there are no rows ${String(start)} to ${String(stop)} of ${length} examples`, 2);
  }
  return stop;
}

/** Examples `start` (included) to `end` (excluded, default: the last) as a view: nothing is copied. */
export function rows(examples: ExampleTensor, start: number, end?: number): ExampleTensor {
  requireArgument("rows", "examples", examples, someExamples);
  const [length = 0, ...shape] = examples.shape;
  const stop = endOfRows(length, start, end);
  const size = sizeOf(shape);
  const outShape = [stop - start, ...shape];
  return examples.dtype === "uint8"
    ? tensor("uint8", outShape, examples.data.subarray(start * size, stop * size))
    : tensor("float32", outShape, examples.data.subarray(start * size, stop * size));
}

/**
 * The examples as floats in their own units: a copy, unless they are floats already. Bytes are divided by 255 unless a
 * `schema` says otherwise.
 */
export function toFloats(examples: ExampleTensor, schema?: ExampleSchema): Tensor<"float32"> {
  requireArgument("toFloats", "examples", examples, someExamples);
  if (schema !== undefined)
    requireArgument("toFloats", "the schema", schema, be.having(["kind"], "a schema, as a data set has"));
  if (examples.dtype === "float32") return examples;
  const { level } = scalesOf(schema ?? wholeSchema(examples.shape.slice(1)));
  const out = new Float32Array(examples.data.length);
  const size = sizeOf(examples.shape.slice(1));
  for (let i = 0; i < out.length; i++) {
    const byte = examples.data[i] ?? 0;
    out[i] = at(level, i % size) === 1 ? byte : byte / 255;
  }
  return tensor("float32", examples.shape, out);
}

/**
 * Examples of a data set of schema `own` as a model of schema `model` takes them: bytes if both read these alike, else
 * floats in their own units.
 */
export function asInput(examples: ExampleTensor, own: ExampleSchema, model: ExampleSchema): ExampleTensor {
  const alike = own.kind !== "columns" && model.kind !== "columns";
  if (alike && readingOf(own.codec) === readingOf(model.codec)) return examples;
  return toFloats(examples, own);
}

/** A part of a data set. */
export type SplitName = "train" | "validation" | "test";

/** The parts of a data set by name. */
export const splitNames: readonly SplitName[] = ["train", "validation", "test"];

/** Names of the splits that are streamed. */
export function streamedParts(dataset: Dataset): SplitName[] {
  return splitNames.filter((name) => dataset[name]?.source !== undefined);
}

/** `60,000 train, 10,000 test, 28x28 grey`, and what of it is streamed. */
export function describeDataset(dataset: Dataset): string {
  requireArgument("describeDataset", "the data set", dataset, aDataset);
  const count = (split: Split | undefined, what: string): string[] =>
    split === undefined ? [] : [`${split.length.toLocaleString("en-US")} ${what}`];
  const streamed = streamedParts(dataset);
  const which = streamed.length === (dataset.validation ? 3 : 2) ? "all" : streamed.join(" and ");
  const [height = 0, width = 0, channels = 1] = dataset.shape;
  const colours = channels === 1 ? "grey" : channels === 3 ? "colour" : "colour with alpha";
  return [
    ...count(dataset.train, "train"),
    ...count(dataset.validation, "validation"),
    ...count(dataset.test, "test"),
    dataset.kind === "image" ? `${height}x${width} ${colours}` : `${sizeOf(dataset.shape)} numbers each`,
    ...(streamed.length > 0 ? [`${which} streamed from disk`] : []),
  ].join(", ");
}

/**
 * `image` for two dimensions, or three with 1, 3 or 4 channels; `vector` for one dimension or other numbers of channels,
 * which make no picture. Throws for other ranks and for a dimension below 1.
 */
export function kindOf(shape: readonly number[], source: string): DatasetKind {
  if (shape.length === 0 || shape.length > 3 || !shape.every((dim) => Number.isInteger(dim) && dim > 0)) {
    throw new UserError(
      `${source}: an example of shape ${formatShape(shape)} can't be used; it must be [numbers], ` +
        "[height, width] or [height, width, channels], each at least 1: reshape the data, if to nothing else, to " +
        "[examples, numbers]",
    );
  }
  return shape.length === 2 || (shape.length === 3 && drawnChannels.includes(shape[2] ?? 0))
    ? "image"
    : "vector";
}

/**
 * Checks that examples and labels make up a split, and puts them together; `holes` says that NaN stands for what isn't
 * there, as in a table's rows.
 *
 * @throws UserError naming `source` if there are no examples, a float is NaN or infinite, or the counts differ.
 */
export function makeSplit(
  examples: ExampleTensor,
  labels: Int32Array | undefined,
  source: string,
  holes = false,
): Split {
  const length = examples.shape[0] ?? 0;
  if (length === 0) throw new UserError(`${source}: there are no examples in it`);
  requireFinite(examples, source, 0, holes);
  if (labels === undefined) return { length, examples };
  requireLabelEach(length, labels, source);
  return { length, examples, labels };
}

/**
 * Throws a UserError naming `source` if a float is infinite or, unless there may be `holes`, NaN; `first` is the number of
 * the first example.
 */
export function requireFinite(examples: ExampleTensor, source: string, first = 0, holes = false): void {
  if (examples.dtype !== "float32") return;
  const bad = examples.data.findIndex((value) => !Number.isFinite(value) && !(holes && Number.isNaN(value)));
  if (bad < 0) return;
  const example = first + Math.floor(bad / sizeOf(examples.shape.slice(1)));
  throw new UserError(`${source}: example ${example} holds ${examples.data[bad]}; remove or replace it`);
}

/** Throws a UserError naming `source` if there is not one label an example. */
export function requireLabelEach(length: number, labels: Int32Array, source: string): void {
  if (labels.length === length) return;
  throw new UserError(`${source}: ${length} examples but ${labels.length} labels; give one label an example`);
}
