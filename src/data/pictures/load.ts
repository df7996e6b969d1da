import { basename, resolve } from "node:path";
import { be, type ChecksOf, requireArgument, requireOptions } from "../../catalogue/index.js";
import { type Bytes, bytesOptions } from "../byte-reading.js";
import type { Dataset, Split, SplitName } from "../dataset.js";
import { planMemory } from "../memory.js";
import type { CachedPictures, PictureProgress } from "./cache.js";
import { decoded } from "./cache.js";
import { knownOf, type PictureRows, type PictureSplits, picturesDataset } from "./divide.js";
import { findPictures } from "./find.js";
import type { FoundPictures, PictureFile, PictureRow } from "./found.js";
import { lanes } from "./lanes.js";
import { settled } from "./look.js";
import { readPlainFile } from "./plain-file.js";
import { pictureReader } from "./reader.js";
import { chosenPictures, partOf } from "./rows.js";
import { checkedChoices, choiceChecks, type PictureChoices } from "./settings.js";

/** Options of `datasets.pictures`. */
export interface PicturesOptions extends PictureChoices {
  /** The data set's name. Default: that of the folder or the file. */
  readonly name?: string;
  /**
   * Bytes of memory that the examples may take, twice their own size while training; parts that don't fit are streamed from
   * the cache, with the same results. 0 streams everything, Infinity nothing. Default: 1 GiB, or a quarter of the machine's
   * memory if that is less.
   */
  readonly memory?: number;
  /** What bytes stand for: `unit`, x/255, or `plain`, the numbers 0 to 255. Default `auto`: `unit`. */
  readonly bytes?: Bytes;
  /** Without a test part, whether nothing is held out for one: `test` is then the same as `train`. Default false. */
  readonly whole?: boolean;
  /** Told how far decoding is, if the pictures are not in the cache. */
  readonly onPictures?: (progress: PictureProgress) => void;
  /** Stops with the signal's reason; what is decoded by then is kept, and gone on with the next time. */
  readonly signal?: AbortSignal;
  /** Where decoded pictures are kept. Default: the folder `pictures` in the cache folder (`LATENT_CACHE`). */
  readonly cache?: string;
}

const checks = {
  ...choiceChecks,
  name: be.text,
  memory: be.anything, // by `planMemory`
  bytes: be.oneOf(bytesOptions),
  whole: be.boolean,
  onPictures: be.callable,
  signal: be.signal,
  cache: be.text,
} as const satisfies ChecksOf<PicturesOptions>;

/** Each file once, in the order in which rows name them, and the number of each row's. */
function filesOf(rows: readonly PictureRow[]): { files: PictureFile[]; places: Int32Array } {
  const numbers = new Map<string, number>();
  const files: PictureFile[] = [];
  const places = Int32Array.from(rows, ({ file }) => {
    const known = numbers.get(file.name);
    if (known !== undefined) return known;
    numbers.set(file.name, files.length);
    return files.push(file) - 1;
  });
  return { files, places };
}

/** The parts as splits, those that are too large for the memory streamed. */
function splitsFrom(
  cached: CachedPictures,
  memory: number | undefined,
  { root }: FoundPictures,
): PictureSplits<PictureFile> {
  const shown = (part: SplitName): string => `${root} (${part})`;
  return async (parts, classes) => {
    const sources = new Map(
      [...parts].map(([part, { places }]) => [part, chosenPictures(cached, places, shown(part))] as const),
    );
    const sized = new Map(
      [...sources].map(([part, { shape }]) => {
        const place = shown(part);
        return [part, { place, dtype: "uint8" as const, shape, whole: undefined }] as const;
      }),
    );
    const { streamed, notes } = planMemory(sized, memory);
    const splits = new Map<SplitName, Split>();
    for (const [part, source] of sources) {
      const own = parts.get(part) as PictureRows<PictureFile>;
      splits.set(part, await partOf(source, streamed.has(part), knownOf(own, classes)));
    }
    return { splits, notes };
  };
}

/**
 * Loads pictures: those of a folder and the folders in it, of a list (CSV or a JSON object a line, with `file_name` and
 * `label`, `caption` and `split` as far as there are any), or one by its path. PNG, JPEG, WebP, AVIF, GIF and TIFF are read
 * through the package sharp; without it PNG alone.
 *
 * Folders in the folder are classes, unless there is but one; `train`, `test` and `validation` are the parts, with classes in
 * them, as in Hugging Face's ImageFolder, whose `metadata.csv` and `metadata.jsonl` are read. Without a test part a tenth of
 * each class, drawn with seed 0, is held out. Pictures are turned upright by their EXIF orientation, brought to one `size` as
 * `fit` says, and made bytes of the `colour`: examples are [height, width] if grey, else [height, width, channels], read as
 * x/255. `ids` of a part are the files' names below the folder, `captions` their captions.
 *
 * They are decoded once, into a cache of 10 GB at most (`LATENT_PICTURES_CACHE`), from which those that have been unused the
 * longest are removed; it is known by the names, sizes and times of all files. Several processes may use it.
 *
 * @throws UserError naming the file or folder and what to do: nothing found, files that are broken (unless skipped), lead out
 * of the folder, are no plain files or say that they hold more than 2^27 pixels; sizes that differ where none is asked for.
 */
export async function loadPictures(path: string, options: PicturesOptions = {}): Promise<Dataset> {
  requireArgument("datasets.pictures", "the path", path, be.text);
  requireOptions("datasets.pictures", options, checks);
  const { signal, onPictures, whole = false, bytes = "auto", name = basename(resolve(path)) } = options;
  const told = checkedChoices(options);
  const found = await findPictures(path, signal);
  const { files, places } = filesOf(found.rows);
  const reader = await pictureReader(files, path);
  const header = async (file: PictureFile) => reader.header(await readPlainFile(file.path));
  const settle = () => settled(files, told, path, { header, lanes, signal });
  const cached = await decoded(resolve(found.root), files, reader, told, settle, {
    name,
    signal,
    onPictures,
    folder: options.cache,
  });
  const place = {
    name,
    source: resolve(path),
    shown: path,
    rows: found.rows,
    files,
    places,
    notes: found.notes,
    whole,
    bytes,
  };
  return picturesDataset(place, cached, splitsFrom(cached, options.memory, found));
}
