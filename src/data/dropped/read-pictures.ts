import { sizeOf, tensor, UserError } from "../../tensor/index.js";
import type { Bytes } from "../byte-reading.js";
import type { Dataset, Split, SplitName } from "../dataset.js";
import { lastName } from "../formats/found-set.js";
import { roomInMemory } from "../number-types.js";
import { type DecodedPictures, knownOf, type PictureSplits, picturesDataset } from "../pictures/divide.js";
import { type PictureRow, shortened } from "../pictures/found.js";
import { settled } from "../pictures/look.js";
import { manyAtATime } from "../pictures/many.js";
import { byPart, labelled, otherNotes } from "../pictures/placed.js";
import type { PictureReader } from "../pictures/reading.js";
import { checkedChoices, type PictureChoices, type PictureSettings, shapeOf } from "../pictures/settings.js";
import { bytesOf, type Watch } from "./file-bytes.js";
import type { PictureLabels } from "./names.js";
import { browserReader } from "./picture-reader.js";
import { type FileLimits, megabytes, type PlacedFile } from "./some-file.js";

/** How pictures in files become a data set. */
export interface PictureFileReading extends PictureChoices {
  /** The data set's name. Default: the folder's. */
  readonly name?: string;
  /** Default `auto`: x/255. */
  readonly bytes?: Bytes;
  /** Without a test part, whether nothing is held out for one. Default false. */
  readonly whole?: boolean;
  /**
   * Where classes come from: `folders` (default), the folder that each lies in; `names`, the beginning of each name up to the
   * first `-`, `_`, `.`, blank or bracket, as of `cat-001.png`; `none`.
   */
  readonly labels?: PictureLabels;
}

interface Dropped extends PlacedFile {
  readonly name: string;
}

function labelByName(name: string): string {
  return /^[^-_. (]+/.exec(lastName(name))?.[0] ?? "";
}

/** The pictures by part with their classes, as Node finds them in a folder; and what to say of it. */
function rowsOf(
  files: readonly Dropped[],
  labels: PictureLabels,
): { rows: PictureRow<Dropped>[]; notes: string[] } {
  const notes: string[] = [];
  const found = [...byPart(files, notes)].flatMap(([part, placed]) =>
    labelled(placed, part, labels === "folders" ? notes : []),
  );
  if (labels === "folders") return { rows: found, notes };
  const rows = found.map(({ file, part }) => {
    return labels === "none" ? { file, part } : { file, part, label: labelByName(file.name) };
  });
  return { rows, notes };
}

/** So many pictures are decoded at a time. */
function lanes(): number {
  const { navigator } = globalThis as { readonly navigator?: { readonly hardwareConcurrency?: number } };
  return Math.min(8, Math.max(4, navigator?.hardwareConcurrency ?? 4));
}

/** A picture's file can't be larger than this. */
const mostPictureBytes = 2 ** 28;

async function pictureBytes(file: Dropped): Promise<Uint8Array> {
  if (file.file.size <= mostPictureBytes) return bytesOf(file);
  throw new UserError(
    `it has ${megabytes(file.file.size)}, and pictures above ${megabytes(mostPictureBytes)} are refused`,
  );
}

interface InMemory extends DecodedPictures {
  /** [files, ...shape]; zeros for those that are broken. */
  readonly data: Uint8Array;
}

async function decodedAll(
  files: readonly Dropped[],
  reader: PictureReader,
  settings: PictureSettings,
  shown: string,
  limits: FileLimits,
  { signal, onFile }: PictureWatch,
): Promise<InMemory> {
  const shape = [files.length, ...shapeOf(settings)];
  const size = sizeOf(shape.slice(1));
  if (sizeOf(shape) > limits.memory) {
    throw new UserError(
      `${shown}: ${files.length.toLocaleString("en-US")} pictures of ${settings.size} take ${megabytes(sizeOf(shape))} of memory, more ` +
        `than the ${megabytes(limits.memory)} that are allowed in a page: give a smaller size, fewer pictures, or allow more with ` +
        "limits: { memory }",
    );
  }
  const data = roomInMemory("uint8", sizeOf(shape), shown);
  const broken: { index: number; why: string }[] = [];
  let [animated, deeper, done] = [0, 0, 0];
  const decodeOne = async (file: Dropped, index: number): Promise<void> => {
    signal?.throwIfAborted();
    try {
      const { pixels, frames, deep } = await reader.decode(await pictureBytes(file), settings);
      data.set(pixels, index * size);
      if (frames > 1) animated++;
      if (deep) deeper++;
    } catch (error) {
      signal?.throwIfAborted();
      broken.push({ index, why: shortened(error) });
    }
    onFile?.(++done);
  };
  await manyAtATime(files, decodeOne, lanes());
  broken.sort((a, b) => a.index - b.index);
  return { about: { count: files.length, broken, animated, deep: deeper }, settings, shape, data };
}

/** The parts in memory of their own. */
function splitsOf({ data, shape }: InMemory, shown: string): PictureSplits<Dropped> {
  const size = sizeOf(shape.slice(1));
  return async (parts, classes) => {
    const splits = new Map<SplitName, Split>();
    for (const [part, rows] of parts) {
      const { length } = rows.places;
      const own = roomInMemory("uint8", length * size, shown);
      rows.places.forEach((place, i) => own.set(data.subarray(place * size, (place + 1) * size), i * size));
      const { labels, ids } = knownOf(rows, classes);
      const examples = tensor("uint8", [length, ...shape.slice(1)], own);
      splits.set(part, { length, examples, ...(labels && { labels }), ids });
    }
    return { splits, notes: [] };
  };
}

/** How reading pictures is followed and stopped. */
export interface PictureWatch extends Pick<Watch, "signal"> {
  /** Told how many files are read. */
  readonly onFile?: ((done: number) => void) | undefined;
}

/** The data set of pictures in files, as `datasets.pictures` makes it of a folder of them. */
export async function readPictures(
  pictures: readonly PlacedFile[],
  others: readonly PlacedFile[],
  root: string | undefined,
  options: PictureFileReading,
  limits: FileLimits,
  watch: PictureWatch,
): Promise<Dataset> {
  const { labels = "folders", whole = false, bytes = "auto" } = options;
  const shown = root ?? "the pictures";
  const told = checkedChoices(options);
  const files = pictures.map((one): Dropped => ({ ...one, name: one.path }));
  const { rows, notes } = rowsOf(files, labels);
  const own = rows.map(({ file }) => file);
  const reader = browserReader(limits.pixels);
  const header = async (file: Dropped) => reader.header(await pictureBytes(file));
  const settings = await settled(own, told, shown, { header, lanes: lanes(), signal: watch.signal });
  const decoded = await decodedAll(own, reader, settings, shown, limits, watch);
  const place = {
    name: options.name ?? root ?? "pictures",
    shown,
    rows,
    files: own,
    places: Int32Array.from(own, (_, i) => i),
    notes: [...otherNotes(others.map(({ path }) => path)), ...notes],
    whole,
    bytes,
  };
  return picturesDataset(place, decoded, splitsOf(decoded, shown));
}
