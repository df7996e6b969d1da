import { basename, resolve } from "node:path";
import { formatShape, type Tensor, toTensor, UserError } from "../tensor/index.js";
import { type Dataset, type Images, kindOf, makeSplit, type Split } from "./dataset.js";
import { findIdxFiles, type Part } from "./folder-names.js";
import { splitInPlace } from "./hold-out.js";
import { readIdxFile } from "./idx-file.js";
import { toShared } from "./shared.js";

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
}

/** The share of the training examples that is held out for testing where a folder has no test split. */
const TEST_SHARE = 0.1;

function asImages(value: Tensor, path: string): Images {
  const { shape, dtype } = value;
  if (shape.length < 2) {
    throw new UserError(
      `${path} holds labels, not images: its shape is ${formatShape(shape)} where ` +
        "[examples, height, width] is expected. Are the files for images and labels exchanged?",
    );
  }
  if (dtype === "int32") {
    throw new UserError(`${path} holds ${dtype} numbers; images must be uint8 (0 to 255) or float32`);
  }
  return dtype === "uint8" ? (value as Tensor<"uint8">) : toTensor(value, "float32");
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
function transpose(images: Images): void {
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

function mismatch(part: Part, path: string, count: number, images: ReadonlyMap<Part, Images>): UserError {
  const lengths = [...images].map(([name, value]) => [name, value.shape[0] ?? 0] as const);
  const own = lengths.find(([name]) => name === part)?.[1] ?? 0;
  const other = lengths.find(([name, length]) => name !== part && length === count)?.[0];
  const hint = other === undefined ? "" : `; they look like those of the ${other} images`;
  return new UserError(`${path} holds ${count} labels for ${own} images${hint}. Give one label an image`);
}

/**
 * Loads a data set in idx form (MNIST, Fashion-MNIST, KMNIST, EMNIST and the like), plain or gzipped.
 *
 * Files are found by their usual names: `train-images-idx3-ubyte` and `t10k-` or `test-` for testing,
 * `validation-` if there is one, `-labels-idx1-ubyte` (optional), `.idx3-ubyte` for `-idx3-ubyte`, with `.gz`
 * or without, behind a prefix or without. Of several prefixes (EMNIST) one is chosen by giving it behind the
 * folder: `./gzip/emnist-letters`. EMNIST's images, which are stored transposed, are turned upright.
 *
 * Pixels are uint8 (read as x/255) or float32 (taken as they are; float64 is converted). Without a test split,
 * a tenth of the training examples, drawn with seed 0 whatever the run's seed is, becomes the test split, and
 * `notes` says so.
 *
 * @throws UserError naming the folder or file and what to do: no folder, no data in it, several data sets, a
 * damaged file, images and labels exchanged, counts or shapes that don't fit.
 */
export async function loadFolder(path: string, options: FolderOptions = {}): Promise<Dataset> {
  const files = await findIdxFiles(path);
  const images = new Map<Part, Images>();
  for (const [part, file] of files.images) images.set(part, asImages(await readIdxFile(file), file));

  const splits = new Map<Part, Split>();
  const shape = images.get("train")?.shape.slice(1) ?? [];
  const trainFile = files.images.get("train") ?? path;
  for (const [part, value] of images) {
    const file = files.images.get(part) ?? path;
    if (formatShape(value.shape.slice(1)) !== formatShape(shape)) {
      throw new UserError(
        `${file} holds examples of shape ${formatShape(value.shape.slice(1))}, ` +
          `${trainFile} of shape ${formatShape(shape)}; they must be equal`,
      );
    }
    const labelFile = files.labels.get(part);
    const labels = labelFile === undefined ? undefined : asLabels(await readIdxFile(labelFile), labelFile);
    if (labelFile !== undefined && labels !== undefined && labels.length !== value.shape[0]) {
      throw mismatch(part, labelFile, labels.length, images);
    }
    splits.set(part, makeSplit(value, labels, file));
  }

  const notes: string[] = [];
  const kind = kindOf(shape, trainFile);
  if (options.transposed ?? /^emnist/i.test(files.prefix)) {
    if (shape[0] !== shape[1]) {
      throw new UserError(
        `${trainFile}: only square images can be transposed, these are ${formatShape(shape)}`,
      );
    }
    for (const value of images.values()) transpose(value);
    notes.push("The images are stored transposed, as EMNIST's are; they were turned upright.");
  }
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
