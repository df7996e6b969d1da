import { basename, resolve } from "node:path";
import { be, type ChecksOf, requireArgument, requireOptions } from "../catalogue/index.js";
import { UserError } from "../tensor/index.js";
import { arrayChecks, type ArrayReading } from "./array-reading.js";
import { arraysDataset, openExamples } from "./arrays-dataset.js";
import { withStreamedSchema } from "./byte-reading.js";
import type { Dataset } from "./dataset.js";
import { type DataArray, findArrays, type FoundSet } from "./formats/index.js";
import { planMemory } from "./memory.js";
import {
  choiceChecks,
  holdsPictures,
  isPictureName,
  listsPictures,
  loadPictures,
  type PictureProgress,
} from "./pictures/index.js";
import type { PictureChoices } from "./pictures/settings.js";

/** Options of `loadFolder`. */
export interface FolderOptions extends PictureChoices, ArrayReading {
  /**
   * Bytes of memory that the examples may take, twice their own size while training, as the engine has a copy. The
   * splits that don't fit, largest first, are streamed from their files while they are used, with the same results.
   * 0 streams everything, Infinity nothing. Default: 1 GiB, or a quarter of the machine's memory if that is less.
   */
  readonly memory?: number;
  /** Told how far decoding is, of a folder of pictures that are not in the cache. */
  readonly onPictures?: (progress: PictureProgress) => void;
  /** Stops decoding with the signal's reason. */
  readonly signal?: AbortSignal;
}

const folderChecks = {
  ...arrayChecks,
  memory: be.anything, // by `planMemory`
  ...choiceChecks,
  onPictures: be.callable,
  signal: be.signal,
} as const satisfies ChecksOf<FolderOptions>;

/** The arrays at a path; undefined if there are pictures instead. Throws a UserError if there is neither. */
async function arraysOrPictures(path: string): Promise<FoundSet | undefined> {
  return findArrays(path).catch(async (error: unknown) => {
    if (isPictureName(path) || (await listsPictures(path)) || (await holdsPictures(path))) return undefined;
    throw error;
  });
}

/** Whether what is at a path are pictures: a folder of them, a list, or one. */
export async function isOfPictures(path: string): Promise<boolean> {
  return (await arraysOrPictures(path).catch(() => null)) === undefined;
}

/** `loadPictures` with the options of a folder. Throws a UserError for those that arrays alone have. */
function picturesAs(path: string, options: FolderOptions): Promise<Dataset> {
  const { transposed, layout, classes, ...rest } = options;
  const [unfit] =
    Object.entries({ transposed, layout, classes }).find(([, value]) => value !== undefined) ?? [];
  if (unfit === undefined) return loadPictures(path, rest);
  throw new UserError(`${unfit} is for arrays, and ${path} holds pictures; leave it out`, 2);
}

/**
 * Loads a data set from a folder or a file: in idx form (MNIST, Fashion-MNIST, KMNIST, EMNIST and the like) or NumPy's
 * (`.npy`, `.npz`), plain or gzipped; see `formats` for all. A folder of pictures (PNG, JPEG, ...), a list of them and a
 * picture by itself are read as `datasets.pictures` does.
 *
 * In a folder, files are found by their usual names: `train-images-idx3-ubyte` and `t10k-` or `test-` for testing,
 * `validation-` if there is one, `-labels-idx1-ubyte` (optional), `.idx3-ubyte` for `-idx3-ubyte`, with `.gz`
 * or without, behind a prefix or without. Of several prefixes (EMNIST) one is chosen by giving it behind the
 * folder: `./gzip/emnist-letters`. EMNIST's images, which are stored transposed, are turned upright. NumPy files are
 * `train-images.npy`, `train-labels.npy` and so on, `train.npy` for images without labels, or `x_train.npy` and
 * `y_train.npy`; the arrays in an `.npz` have the same names without the ending. A file by itself holds the training
 * examples, an `.npz` all the parts that its names tell.
 *
 * Examples are [numbers], [height, width], [height, width, channels] or, as PyTorch has them, [channels, height,
 * width], which are turned to channels last (`layout`). Bools and uint8 stay bytes (uint8 read as x/255); floats of 16
 * to 64 bits and other whole numbers become float32 of the same value, and whole numbers that float32 can't hold
 * exactly are refused. Labels are whole numbers of any type, [examples] or [examples, 1].
 *
 * Splits too large for `memory` are streamed: read bit by bit while they are used; `notes` says so. That takes an
 * unpacked file or archive; one that is compressed or in Fortran order is read whole, if it fits in half of the machine's
 * memory and `memory` isn't set.
 *
 * A folder of `.npy` files whose names say no part, and a pattern in the last name, such as `parts/*.npy`, are one data set: the
 * files one behind the other, sorted by name.
 *
 * Without a test split, a tenth of the training examples, drawn with seed 0 whatever the run's seed is, becomes the test
 * split, and `notes` says so.
 *
 * @throws UserError naming the folder or file and what to do: no such place, no data in it, several data sets or two
 * files for one part, a damaged file, images and labels exchanged, counts or shapes that don't fit.
 */
export async function loadFolder(path: string, options: FolderOptions = {}): Promise<Dataset> {
  requireArgument("datasets.folder", "the path", path, be.text);
  requireOptions("datasets.folder", options, folderChecks);
  const found = await arraysOrPictures(path);
  if (found === undefined) return picturesAs(path, options);
  const choice = Object.keys(choiceChecks).find(
    (name) => options[name as keyof PictureChoices] !== undefined,
  );
  if (choice !== undefined) {
    throw new UserError(`${choice} is for folders of pictures, and ${path} holds arrays; leave it out`, 2);
  }
  const arrays = await openExamples<DataArray>(found);
  const { streamed, notes } = planMemory(arrays, options.memory);
  const dataset = await arraysDataset(found, arrays, options, {
    named: basename(resolve(path)),
    source: resolve(path),
    streamed: (part, array) => (streamed.has(part) ? array.source() : undefined),
    notes,
  });
  return withStreamedSchema(dataset, options.bytes);
}
