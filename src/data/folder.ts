import { basename, resolve } from "node:path";
import { be, type OptionChecks, requireArgument, requireOptions } from "../catalogue/index.js";
import { formatShape, type Tensor, toTensor, UserError } from "../tensor/index.js";
import { type Dataset, type ExampleTensor, kindOf, makeSplit, type Split } from "./dataset.js";
import { findIdxFiles, type Part } from "./folder-names.js";
import { splitInPlace } from "./hold-out.js";
import { planMemory } from "./memory.js";
import { type Peek, peek, readArray } from "./peek.js";
import { fileSource } from "./row-file.js";
import { toShared } from "./shared.js";
import type { ExampleData } from "./source.js";
import { derived, makeStreamedSplit } from "./streamed.js";

/** Options of `loadFolder`. */
export interface FolderOptions {
  /** The data set's name. Default: the files' prefix, such as `emnist-letters`, else the folder's name. */
  readonly name?: string;
  /**
   * Whether the images are stored with rows and columns exchanged, and are to be turned upright. Default: true
   * for files whose names begin with `emnist`, as the EMNIST files are stored so, false for all others.
   */
  readonly transposed?: boolean;
  /** Names of the classes, by label. */
  readonly classes?: readonly string[];
  /**
   * Bytes of memory that the examples may take, twice their own size while training, as the engine has a copy. The
   * splits that don't fit, largest first, are streamed from their files while they are used, with the same results.
   * 0 streams everything, Infinity nothing. Default: 1 GiB, or a quarter of the machine's memory if that is less.
   */
  readonly memory?: number;
}

const folderChecks = {
  name: be.text,
  transposed: be.boolean,
  classes: be.list(be.text, 0, '["cat", "dog"]'),
  memory: be.anything, // by `planMemory`
} as const satisfies OptionChecks;

/** The share of the training examples that is held out for testing where a folder has no test split. */
const TEST_SHARE = 0.1;

/** Throws the UserError for a file that doesn't hold images. */
function requireImages({ shape, dtype }: Pick<Tensor, "shape" | "dtype">, path: string): void {
  if (shape.length < 2) {
    throw new UserError(
      `${path} holds labels, not images: its shape is ${formatShape(shape)} where ` +
        "[examples, height, width] is expected. Are the files for images and labels exchanged?",
    );
  }
  if (dtype === "int32" || dtype === "int64" || dtype === "bool") {
    throw new UserError(`${path} holds ${dtype} numbers; images must be uint8 (0 to 255) or float32`);
  }
}

async function readImages(path: string): Promise<ExampleTensor> {
  const value = await readArray(path);
  requireImages(value, path);
  if (value.dtype === "uint8") return value as Tensor<"uint8">;
  return { ...toTensor(value, "float32"), data: toShared("float32", toTensor(value, "float32").data) };
}

/** The examples of a file, where they stay. */
function streamedImages({ path, offset, shape, dtype, bigEndian }: Peek): ReturnType<typeof fileSource> {
  const stored = dtype === "float32" || dtype === "float64" ? dtype : "uint8";
  return fileSource({ path: resolve(path), offset, shape, stored, bigEndian });
}

function asLabels(value: Tensor, path: string): Int32Array {
  const { shape, dtype } = value;
  if (shape.length !== 1) {
    throw new UserError(
      `${path} holds images, not labels: its shape is ${formatShape(shape)} where [examples] is expected. ` +
        "Are the files for images and labels exchanged?",
    );
  }
  if (value.data instanceof Uint8Array || value.data instanceof Int32Array)
    return toShared("int32", value.data);
  throw new UserError(`${path} holds ${dtype} numbers; labels must be whole numbers, such as uint8`);
}

/** Exchanges rows and columns of square images `[n, size, size, ...]` in place. */
function transpose(images: { readonly shape: readonly number[]; readonly data: ExampleData }): void {
  const [count = 0, size = 0, , channels = 1] = images.shape;
  const { data } = images;
  for (let n = 0; n < count; n++) {
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < i; j++) {
        for (let c = 0; c < channels; c++) {
          const a = ((n * size + i) * size + j) * channels + c;
          const b = ((n * size + j) * size + i) * channels + c;
          const kept = data[a] ?? 0;
          data[a] = data[b] ?? 0;
          data[b] = kept;
        }
      }
    }
  }
}

/** Square images with rows and columns exchanged when they are read. */
function uprightSource(source: ReturnType<typeof fileSource>): ReturnType<typeof fileSource> {
  const shape = source.shape.slice(1);
  return derived(source, {}, async (reader, rows, out) => {
    await reader.read(rows, out);
    transpose({ shape: [rows.length, ...shape], data: out });
  });
}

function mismatch(part: Part, path: string, count: number, images: ReadonlyMap<Part, Peek>): UserError {
  const lengths = [...images].map(([name, value]) => [name, value.shape[0] ?? 0] as const);
  const own = lengths.find(([name]) => name === part)?.[1] ?? 0;
  const other = lengths.find(([name, length]) => name !== part && length === count)?.[0];
  const hint = other === undefined ? "" : `; they look like those of the ${other} images`;
  return new UserError(`${path} holds ${count} labels for ${own} images${hint}. Give one label an image`);
}

/**
 * Loads a data set in idx form (MNIST, Fashion-MNIST, KMNIST, EMNIST and the like), plain or gzipped, or in NumPy's
 * (`.npy`).
 *
 * Files are found by their usual names: `train-images-idx3-ubyte` and `t10k-` or `test-` for testing,
 * `validation-` if there is one, `-labels-idx1-ubyte` (optional), `.idx3-ubyte` for `-idx3-ubyte`, with `.gz`
 * or without, behind a prefix or without. Of several prefixes (EMNIST) one is chosen by giving it behind the
 * folder: `./gzip/emnist-letters`. EMNIST's images, which are stored transposed, are turned upright. NumPy files are
 * `train-images.npy`, `train-labels.npy` and so on, `train.npy` for images without labels, or `x_train.npy` and
 * `y_train.npy`.
 *
 * Splits too large for `memory` are streamed: read bit by bit while they are used; `notes` says so. That takes a plain
 * file; one that is gzipped or in Fortran order is read whole, if it fits in half of the machine's memory and `memory`
 * isn't set.
 *
 * Pixels are uint8 (read as x/255) or float32 (taken as they are; float64 is converted). Without a test split,
 * a tenth of the training examples, drawn with seed 0 whatever the run's seed is, becomes the test split, and
 * `notes` says so.
 *
 * @throws UserError naming the folder or file and what to do: no folder, no data in it, several data sets, a
 * damaged file, images and labels exchanged, counts or shapes that don't fit.
 */
export async function loadFolder(path: string, options: FolderOptions = {}): Promise<Dataset> {
  requireArgument("datasets.folder", "the path", path, be.text);
  requireOptions("datasets.folder", options, folderChecks);
  const files = await findIdxFiles(path);
  const peeks = new Map<Part, Peek>();
  for (const [part, file] of files.images) {
    const found = await peek(file);
    requireImages(found, file);
    peeks.set(part, found);
  }
  const { streamed, notes } = planMemory(peeks, options.memory);
  const splits = new Map<Part, Split>();
  const shape = peeks.get("train")?.shape.slice(1) ?? [];
  const trainFile = files.images.get("train") ?? path;
  const kind = kindOf(shape, trainFile);
  const turned = options.transposed ?? /^emnist/i.test(files.prefix);
  if (turned && shape[0] !== shape[1]) {
    throw new UserError(
      `${trainFile}: only square images can be transposed, these are ${formatShape(shape)}`,
    );
  }
  for (const [part, found] of peeks) {
    const { path: file } = found;
    if (formatShape(found.shape.slice(1)) !== formatShape(shape)) {
      throw new UserError(
        `${file} holds examples of shape ${formatShape(found.shape.slice(1))}, ` +
          `${trainFile} of shape ${formatShape(shape)}; they must be equal`,
      );
    }
    const labelFile = files.labels.get(part);
    const labels = labelFile === undefined ? undefined : asLabels(await readArray(labelFile), labelFile);
    if (labelFile !== undefined && labels !== undefined && labels.length !== found.shape[0]) {
      throw mismatch(part, labelFile, labels.length, peeks);
    }
    if (streamed.has(part)) {
      const source = streamedImages(found);
      splits.set(part, await makeStreamedSplit(turned ? uprightSource(source) : source, labels, file));
    } else {
      const images = await readImages(file);
      if (turned) transpose(images);
      splits.set(part, makeSplit(images, labels, file));
    }
  }
  if (turned) notes.push("The images are stored transposed, as EMNIST's are; they were turned upright.");
  let train = splits.get("train");
  let test = splits.get("test");
  if (train === undefined) throw new Error("findIdxFiles found no training images");
  if (test === undefined) {
    const all = train.length;
    if (all < 2) throw new UserError(`${trainFile}: one example is too few, as one is needed for testing`);
    [train, test] = splitInPlace(train, Math.max(1, Math.round(all * TEST_SHARE)), 0);
    notes.push(
      `There is no test split: ${test.length} of the ${all} training examples, drawn with seed 0, ` +
        "are held out for testing.",
    );
  }
  const validation = splits.get("validation");
  return {
    name: options.name ?? (files.prefix === "" ? basename(resolve(path)) : files.prefix),
    source: resolve(path),
    kind,
    shape,
    train,
    test,
    ...(validation === undefined ? {} : { validation }),
    ...(options.classes === undefined ? {} : { classes: options.classes }),
    notes,
  };
}
