import { be, requireArgument } from "../catalogue/index.js";
import { RandomStream, sizeOf, type Tensor, tensor, UserError } from "../tensor/index.js";
import { type Dataset, type ExampleTensor, type Split, type SplitName, splitNames } from "./dataset.js";
import { type ByteReading, readAs, readingOf, schemaOf } from "./schema.js";
import { allocateShared } from "./shared.js";
import type { ExampleData, ExampleSource } from "./source.js";
import { asExamples, derived, pieces, roomFor, streamedSplit } from "./streamed.js";

/**
 * How grey levels in 0..1 become black and white:
 *
 * - `none`: they don't;
 * - `dynamic`: each time an example is used, every number is 1 with its grey level as probability, drawn afresh;
 * - `static`: the same draw, made once for each example, with a fixed seed;
 * - `threshold`: 1 above one half, else 0; nothing is random.
 *
 * Log-likelihoods of data that were made binary in different ways can't be compared with each other.
 */
export type Binarization = "none" | "dynamic" | "static" | "threshold";

/** The ways by name. */
export const binarizations: readonly Binarization[] = ["none", "dynamic", "static", "threshold"];

/** What a way of making data binary means, as a few words for people. */
export const binarizationText: Readonly<Record<Binarization, string>> = {
  none: "not binarised",
  dynamic: "dynamic binarisation",
  static: "static binarisation",
  threshold: "binarised at one half",
};

function requireUnit({ data }: ExampleTensor, reading: ByteReading, source: string, first = 0): void {
  if (data instanceof Uint8Array && reading === "unit") return;
  const bad = data.findIndex((value) => !(value >= 0 && value <= 1));
  if (bad >= 0) {
    throw new UserError(
      `${source} can't be binarised: number ${first + bad} is ${data[bad]}, not a grey level in 0..1; ` +
        "scale the data, or leave out `binarize`",
      2,
    );
  }
}

const chunk = 1 << 16;

type Drawn = "static" | "threshold";

/** Writes the bits of grey levels: numbers `position` and on of the split, which decides what is drawn. */
function binarizeInto(
  bits: Uint8Array,
  grey: ExampleData,
  scale: number,
  position: number,
  draw: RandomStream | undefined,
  levels: Float32Array,
): void {
  for (let start = 0; start < grey.length; start += levels.length) {
    const count = Math.min(levels.length, grey.length - start);
    draw?.uniform(levels.subarray(0, count), position + start);
    for (let i = 0; i < count; i++) {
      bits[start + i] = (grey[start + i] ?? 0) * scale > (levels[i] ?? 0) ? 255 : 0;
    }
  }
}

function drawFor(mode: Drawn, split: string): RandomStream | undefined {
  return mode === "static" ? new RandomStream(0, "binarize", split) : undefined;
}

const levelsFor = (length: number): Float32Array => new Float32Array(Math.min(chunk, length)).fill(0.5);

/** What stored numbers are multiplied by to be grey levels. */
function levelOf({ dtype }: Pick<ExampleTensor, "dtype">, reading: ByteReading): number {
  return dtype === "uint8" && reading === "unit" ? 1 / 255 : 1;
}

/** How a data set's bytes stand for grey levels. Throws a UserError for columns and for standardised numbers. */
function greyReading(dataset: Dataset): ByteReading {
  const schema = schemaOf(dataset);
  if (schema.kind !== "columns" && schema.codec.type !== "standard") return readingOf(schema.codec);
  throw new UserError(
    `${dataset.name} can't be binarised: its numbers are ${schema.kind === "columns" ? "columns" : "standardised"}, ` +
      "not grey levels in 0..1; leave out --binarize",
    2,
  );
}

function binarized(
  examples: ExampleTensor,
  reading: ByteReading,
  mode: Drawn,
  split: string,
): Tensor<"uint8"> {
  const { data } = examples;
  const bits = allocateShared("uint8", data.length);
  binarizeInto(bits, data, levelOf(examples, reading), 0, drawFor(mode, split), levelsFor(data.length));
  return tensor("uint8", examples.shape, bits);
}

/** A source whose examples are made binary when they are read: the same bits as those of `binarized`. */
function binarizedSource(
  source: ExampleSource,
  reading: ByteReading,
  mode: Drawn,
  split: string,
  name: string,
): ExampleSource {
  const size = sizeOf(source.shape.slice(1));
  const draw = drawFor(mode, split);
  const levels = levelsFor(size);
  return derived(source, { dtype: "uint8" }, async (reader, rows, out) => {
    const grey = source.dtype === "uint8" ? out : roomFor(source, rows.length);
    await reader.read(rows, grey);
    const scale = levelOf(source, reading);
    for (let i = 0; i < rows.length; i++) {
      const [from, to, first] = [i * size, (i + 1) * size, (rows[i] ?? 0) * size];
      const own = grey.subarray(from, to);
      requireUnit(asExamples(source, own), reading, name, first);
      binarizeInto(out.subarray(from, to) as Uint8Array, own, scale, first, draw, levels);
    }
  });
}

/**
 * Reads the numbers of a data set's streamed splits to see that they can be made binary, which `binarizeDataset` does
 * not. Throws the same UserError as that for those in memory.
 */
export async function requireGrey(dataset: Dataset, names: readonly SplitName[] = splitNames): Promise<void> {
  const reading = greyReading(dataset);
  for (const name of names) {
    const split = dataset[name];
    if (split?.source === undefined || (split.source.dtype === "uint8" && reading === "unit")) continue;
    const size = sizeOf(split.examples.shape.slice(1));
    for await (const { examples, first } of pieces(split)) {
      requireUnit(examples, reading, `${dataset.name}, ${name} split,`, first * size);
    }
  }
}

/**
 * The data set with all its splits made binary: bytes 0 and 255, which read as 0 and 1. `static` draws with a seed
 * that is always the same, by the example's place in its split, so that every run and evaluation sees the same
 * examples. `dynamic` leaves the examples grey, since training and evaluation draw (see `openBatch`); `none` leaves
 * all as it is. Streamed examples are made binary when they are read. Throws a UserError if a float is not in 0..1; of
 * a streamed split, when it is read.
 */
export function binarizeDataset(dataset: Dataset, mode: Binarization): Dataset {
  requireArgument(
    "binarizeDataset",
    "the data set",
    dataset,
    be.having(["name", "train", "test"], "a data set"),
  );
  if (!binarizations.includes(mode)) {
    throw new UserError(`binarize must be one of ${binarizations.join(", ")}, got ${String(mode)}`, 2);
  }
  if (mode === "none") return dataset;
  const { train, test, validation } = dataset;
  const reading = greyReading(dataset);
  const made = (split: Split, name: string): Split => {
    const { source, labels, examples } = split;
    const told = `${dataset.name}, ${name} split,`;
    if (source !== undefined) {
      return mode === "dynamic"
        ? split
        : { ...split, ...streamedSplit(binarizedSource(source, reading, mode, name, told), labels) };
    }
    requireUnit(examples, reading, told);
    return mode === "dynamic" ? split : { ...split, examples: binarized(examples, reading, mode, name) };
  };
  return {
    ...dataset,
    ...(mode !== "dynamic" && { schema: readAs(schemaOf(dataset), "unit") }),
    train: made(train, "train"),
    test: made(test, "test"),
    ...(validation && { validation: made(validation, "validation") }),
    notes: [...dataset.notes, `${binarizationText[mode]} of the grey levels`],
  };
}
