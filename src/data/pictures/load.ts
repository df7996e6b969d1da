import { basename, resolve } from "node:path";
import { be, type ChecksOf, requireArgument, requireOptions } from "../../catalogue/index.js";
import { UserError } from "../../tensor/index.js";
import { type Bytes, bytesOptions } from "../byte-reading.js";
import { type Dataset, kindOf, type Split, type SplitName } from "../dataset.js";
import { planMemory } from "../memory.js";
import { wholeSchema } from "../schema.js";
import type { CachedPictures, PictureProgress } from "./cache.js";
import { decoded } from "./cache.js";
import { type Classes, classesOf } from "./classes.js";
import { findPictures } from "./find.js";
import { counted, type FoundPictures, type PictureFile, type PictureRow, someNames } from "./found.js";
import { settled } from "./look.js";
import { pictureReader } from "./reader.js";
import { chosenPictures, partOf } from "./rows.js";
import { checkedChoices, type PictureChoices } from "./settings.js";
import { heldOut } from "./split.js";

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

/** Checks of the choices, of which each is looked at by `checkedChoices`. */
export const choiceChecks = {
  size: be.anything,
  fit: be.anything,
  colour: be.anything,
  background: be.anything,
  broken: be.anything,
} as const satisfies ChecksOf<PictureChoices>;

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

/** What files could not be read, for a message: each by its name and with its reason. */
function brokenText(files: readonly PictureFile[], { about }: CachedPictures): string {
  return someNames(about.broken.map(({ index, why }) => `${files[index]?.name ?? ""} (${why})`));
}

/** Throws the UserError for broken files, unless they are to be skipped. */
function requireSound(
  shown: string,
  files: readonly PictureFile[],
  cached: CachedPictures,
  notes: string[],
): void {
  const { about, settings } = cached;
  const { length } = about.broken;
  if (length === 0) return;
  const told = brokenText(files, cached);
  if (settings.broken === "fail") {
    throw new UserError(
      `${shown}: ${counted(length, "file")} can't be read as ${length === 1 ? "a picture" : "pictures"}: ${told}. Mend or ` +
        "remove, or leave out what is broken with broken: skip (--broken skip)",
    );
  }
  if (length === files.length)
    throw new UserError(`${shown}: none of its files can be read as a picture: ${told}`);
  notes.push(`${counted(length, "broken file")} skipped: ${told}.`);
}

/** What a person should know of how pictures were read. */
function readingNotes({ about, settings }: CachedPictures): string[] {
  const { animated, deep, count } = about;
  const { size, fit, colour, background } = settings;
  const ways = { crop: "cropped", fit: "stretched", pad: `padded with ${background}` } as const;
  return [
    `Brought to ${size} (width x height), other proportions ${ways[fit]}; ${colour}` +
      (colour === "rgba" ? ", alpha kept." : `, transparency on ${background}.`),
    ...(animated > 0 ? [`${counted(animated, "file")} of several frames or pages: the first is taken.`] : []),
    ...(deep > 0
      ? [`${deep === count ? "All" : counted(deep, "picture")} of more than 8 bits, rounded to 8.`]
      : []),
  ];
}

interface Rows {
  readonly rows: readonly PictureRow[];
  /** Of each row its place in the cache. */
  readonly places: Int32Array;
}

const only = ({ rows, places }: Rows, which: (row: PictureRow, i: number) => boolean): Rows => {
  const numbers = [...rows.keys()].filter((i) => which(rows[i] as PictureRow, i));
  return {
    rows: numbers.map((i) => rows[i] as PictureRow),
    places: Int32Array.from(numbers, (i) => places[i] ?? 0),
  };
};

function labelsOf({ rows }: Rows, classes: Classes | undefined): Int32Array | undefined {
  return classes && Int32Array.from(rows, ({ label }) => classes.numberOf.get(label ?? "") ?? 0);
}

/** Rows by part, with a test part in any case. */
function divided(
  all: Rows,
  classes: Classes | undefined,
  whole: boolean,
  shown: string,
  notes: string[],
): Map<SplitName, Rows> {
  const parts = new Map<SplitName, Rows>();
  for (const part of ["train", "validation", "test"] as const) {
    const own = only(all, (row) => row.part === part);
    if (own.rows.length > 0) parts.set(part, own);
  }
  const train = parts.get("train");
  if (train === undefined) throw new UserError(`${shown} has no pictures for training`);
  if (parts.has("test") || whole) return parts;
  const { length } = train.rows;
  if (length < 2) throw new UserError(`${shown}: one picture is too few, as one is needed for testing`);
  const held = new Set(heldOut(labelsOf(train, classes), length));
  notes.push(
    `There is no test part: ${held.size.toLocaleString("en-US")} of the ${length.toLocaleString("en-US")} pictures, drawn ` +
      `with seed 0${classes === undefined ? "" : " from each class alike"}, are held out for testing.`,
  );
  parts.set(
    "train",
    only(train, (_, i) => !held.has(i)),
  );
  return parts.set(
    "test",
    only(train, (_, i) => held.has(i)),
  );
}

/** The parts as splits, those that are too large for the memory streamed. */
async function splitsOf(
  parts: ReadonlyMap<SplitName, Rows>,
  cached: CachedPictures,
  classes: Classes | undefined,
  memory: number | undefined,
  { root }: FoundPictures,
): Promise<{ splits: Map<SplitName, Split>; notes: string[] }> {
  const shown = (part: SplitName): string => `${root} (${part})`;
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
    const own = parts.get(part) as Rows;
    const captions = own.rows.some(({ caption }) => caption !== undefined)
      ? own.rows.map(({ caption = "" }) => caption)
      : undefined;
    const known = { labels: labelsOf(own, classes), ids: own.rows.map(({ file }) => file.name), captions };
    splits.set(part, await partOf(source, streamed.has(part), known));
  }
  return { splits, notes };
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
  const settle = () => settled(files, reader, told, path, signal);
  const cached = await decoded(resolve(found.root), files, reader, told, settle, {
    name,
    signal,
    onPictures,
    folder: options.cache,
  });
  const { settings } = cached;
  const notes: string[] = [];
  requireSound(path, files, cached, notes);
  notes.push(...found.notes, ...readingNotes(cached));
  const broken = new Set(cached.about.broken.map(({ index }) => index));
  const all = only({ rows: found.rows, places }, (_, i) => !broken.has(places[i] ?? 0));
  const classes = classesOf(all.rows, notes);
  const parts = divided(all, classes, whole, path, notes);
  const { splits, notes: streaming } = await splitsOf(parts, cached, classes, options.memory, found);
  const train = splits.get("train") as Split;
  const validation = splits.get("validation");
  const shape = cached.shape.slice(1);
  const kind = kindOf(shape, path);
  return {
    name,
    source: resolve(path),
    picture: settings,
    kind,
    shape,
    schema: wholeSchema(shape, { type: bytes === "plain" ? "plain" : "unit" }, kind),
    train,
    test: splits.get("test") ?? train,
    ...(validation && { validation }),
    ...(classes && { classes: classes.names }),
    notes: [...notes, ...streaming],
  };
}
