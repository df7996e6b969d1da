import { basename, resolve } from "node:path";
import { be, type ChecksOf, requireArgument, requireOptions } from "../catalogue/index.js";
import { formatShape, UserError } from "../tensor/index.js";
import { type Dataset, type ExampleTensor, kindOf, makeSplit, type Split } from "./dataset.js";
import { type Bytes, withStreamedSchema } from "./byte-reading.js";
import { type DataArray, findArrays, type FoundSet, type Part } from "./formats/index.js";
import { splitInPlace } from "./hold-out.js";
import { type ChannelLayout, planLayout, turnChannelsLast } from "./layout.js";
import { planMemory } from "./memory.js";
import { isWideInteger } from "./number-types.js";
import {
  choiceChecks,
  holdsPictures,
  isPictureName,
  listsPictures,
  loadPictures,
  type PictureProgress,
} from "./pictures/index.js";
import type { PictureChoices } from "./pictures/settings.js";
import type { ExampleData, ExampleSource } from "./source.js";
import { derived, makeStreamedSplit } from "./streamed.js";

/** Options of `loadFolder`. */
export interface FolderOptions extends PictureChoices {
  /** The data set's name. Default: the files' prefix, such as `emnist-letters`, else the folder's name. */
  readonly name?: string;
  /**
   * Whether the images are stored with rows and columns exchanged, and are to be turned upright. Default: true
   * for files whose names begin with `emnist`, as the EMNIST files are stored so, false for all others.
   */
  readonly transposed?: boolean;
  /**
   * Where the channels of pictures are. Default: told from the shape, where that can be: channels first (PyTorch) if
   * the first of three dimensions is 1, 3 or 4 and the last isn't.
   */
  readonly layout?: ChannelLayout;
  /** Names of the classes, by label. */
  readonly classes?: readonly string[];
  /**
   * Bytes of memory that the examples may take, twice their own size while training, as the engine has a copy. The
   * splits that don't fit, largest first, are streamed from their files while they are used, with the same results.
   * 0 streams everything, Infinity nothing. Default: 1 GiB, or a quarter of the machine's memory if that is less.
   */
  readonly memory?: number;
  /**
   * What bytes stand for: `unit`, x/255, or `plain`, the numbers themselves, as for counts. Default `auto`: x/255, unless
   * no byte is above 1; then they are 0 and 1, and `notes` says so.
   */
  readonly bytes?: Bytes;
  /**
   * Without a test split, whether nothing is held out for one: `test` is then the same as `train`, in the file's order, as
   * encoding and scoring all of a file want it. Default false.
   */
  readonly whole?: boolean;
  /** Told how far decoding is, of a folder of pictures that are not in the cache. */
  readonly onPictures?: (progress: PictureProgress) => void;
  /** Stops decoding with the signal's reason. */
  readonly signal?: AbortSignal;
}

const folderChecks = {
  name: be.text,
  transposed: be.boolean,
  classes: be.list(be.text, 0, '["cat", "dog"]'),
  memory: be.anything, // by `planMemory`
  layout: be.anything, // by `planLayout`
  bytes: be.anything, // by `withStreamedSchema`
  whole: be.boolean,
  ...choiceChecks,
  onPictures: be.callable,
  signal: be.signal,
} as const satisfies ChecksOf<FolderOptions>;

/** The share of the training examples that is held out for testing where a folder has no test split. */
const TEST_SHARE = 0.1;

/** Throws the UserError for an array that doesn't hold examples. */
function requireExamples({ shape, place }: DataArray): void {
  if (shape.length >= 2) return;
  throw new UserError(
    shape.length === 0
      ? `${place} holds a single number, not examples`
      : `${place} holds labels, not images: its shape is ${formatShape(shape)} where [examples, height, width] is ` +
          "expected. Are the files for images and labels exchanged? (One number an example is [examples, 1].)",
  );
}

/** What a person should know of an array's number type. */
function typeNotes({ place, type }: DataArray): string[] {
  const name = basename(place);
  if (type === "bool") return [`${name} holds bools: 0 and 1, stored as bytes.`];
  if (!isWideInteger(type)) return [];
  return [`${name} holds ${type} numbers, which are used as they are: only uint8 is read as x/255.`];
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

/** What is done to examples in memory: channels moved last, then rows and columns exchanged. */
type Turn = (data: ExampleData, count: number) => void;

function turnFor(shape: readonly number[], channelsFirst: boolean, transposed: boolean): Turn | undefined {
  if (!channelsFirst && !transposed) return undefined;
  return (data, count) => {
    if (channelsFirst) turnChannelsLast(data, shape);
    if (transposed) transpose({ shape: [count, ...shape], data });
  };
}

/** A source whose examples are of another shape, and turned when they are read. */
function turnedSource(
  source: ExampleSource,
  shape: readonly number[],
  turn: Turn | undefined,
): ExampleSource {
  if (turn === undefined) return source;
  return derived(source, { shape: [source.shape[0] ?? 0, ...shape] }, async (reader, rows, out) => {
    await reader.read(rows, out);
    turn(out, rows.length);
  });
}

function turnedExamples(
  examples: ExampleTensor,
  shape: readonly number[],
  turn: Turn | undefined,
): ExampleTensor {
  turn?.(examples.data, examples.shape[0] ?? 0);
  return { ...examples, shape: [examples.shape[0] ?? 0, ...shape] };
}

function mismatch(
  part: Part,
  place: string,
  count: number,
  examples: ReadonlyMap<Part, DataArray>,
): UserError {
  const lengths = [...examples].map(([name, value]) => [name, value.shape[0] ?? 0] as const);
  const own = lengths.find(([name]) => name === part)?.[1] ?? 0;
  const other = lengths.find(([name, length]) => name !== part && length === count)?.[0];
  const hint = other === undefined ? "" : `; they look like those of the ${other} images`;
  return new UserError(`${place} holds ${count} labels for ${own} images${hint}. Give one label an image`);
}

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
  const arrays = new Map<Part, DataArray>();
  for (const [part, file] of found.examples) {
    const array = await file.open();
    requireExamples(array);
    arrays.set(part, array);
  }
  const trainArray = arrays.get("train");
  if (trainArray === undefined) throw new Error("findArrays found no training examples");
  const { place: trainPlace, shape: trainShape } = trainArray;
  const { streamed, notes } = planMemory(arrays, options.memory);
  const layout = planLayout(trainShape.slice(1), options.layout, trainPlace);
  const { shape } = layout;
  const kind = kindOf(shape, trainPlace);
  const transposed = options.transposed ?? /^emnist/i.test(found.name);
  if (transposed && shape[0] !== shape[1]) {
    throw new UserError(
      `${trainPlace}: only square images can be transposed, these are ${formatShape(shape)}`,
    );
  }
  notes.push(...found.notes, ...layout.notes, ...typeNotes(trainArray));
  const turn = turnFor(shape, layout.turned, transposed);
  for (const array of arrays.values()) {
    const { place } = array;
    const own = array.shape.slice(1);
    if (formatShape(own) !== formatShape(trainShape.slice(1))) {
      throw new UserError(
        `${place} holds examples of shape ${formatShape(own)}, ` +
          `${trainPlace} of shape ${formatShape(trainShape.slice(1))}; they must be equal`,
      );
    }
    if (array.dtype !== trainArray.dtype || (array.type === "bool") !== (trainArray.type === "bool")) {
      throw new UserError(
        `${place} holds ${array.type} numbers and ${trainPlace} ${trainArray.type}, which are not on the same scale ` +
          "(uint8 is read as x/255, bools are 0 and 1, others are used as they are): save both as the same type",
      );
    }
  }
  const splits = new Map<Part, Split>();
  let classes = options.classes;
  for (const [part, array] of arrays) {
    const { place } = array;
    const labelArray = await found.labels.get(part)?.open();
    const labels = await labelArray?.labels();
    classes ??= labelArray?.classes;
    if (labelArray !== undefined && labels !== undefined && labels.length !== array.shape[0]) {
      throw mismatch(part, labelArray.place, labels.length, arrays);
    }
    if (streamed.has(part)) {
      const source = turnedSource(array.source(), shape, turn);
      splits.set(part, await makeStreamedSplit(source, labels, place, array.type !== "bool"));
    } else {
      splits.set(part, makeSplit(turnedExamples(await array.read(), shape, turn), labels, place));
    }
  }
  if (transposed) notes.push("The images are stored transposed, as EMNIST's are; they were turned upright.");
  let train = splits.get("train");
  let test = splits.get("test");
  if (train === undefined) throw new Error("the training examples were not read");
  if (test === undefined && options.whole === true) test = train;
  if (test === undefined) {
    const all = train.length;
    if (all < 2) throw new UserError(`${trainPlace}: one example is too few, as one is needed for testing`);
    [train, test] = splitInPlace(train, Math.max(1, Math.round(all * TEST_SHARE)), 0);
    notes.push(
      `There is no test split: ${test.length} of the ${all} training examples, drawn with seed 0, ` +
        "are held out for testing.",
    );
  }
  const validation = splits.get("validation");
  const dataset: Dataset = {
    name: options.name ?? (found.name === "" ? basename(resolve(path)) : found.name),
    source: resolve(path),
    ...(options.layout === undefined ? {} : { layout: options.layout }),
    kind,
    shape,
    train,
    test,
    ...(validation === undefined ? {} : { validation }),
    ...(classes === undefined ? {} : { classes }),
    notes,
  };
  return withStreamedSchema(dataset, options.bytes);
}
