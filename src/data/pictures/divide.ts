import { UserError } from "../../tensor/index.js";
import type { Bytes } from "../byte-reading.js";
import { type Dataset, kindOf, type Split, type SplitName } from "../dataset.js";
import { wholeSchema } from "../schema.js";
import { type Classes, classesOf } from "./classes.js";
import { counted, type PictureRow, someNames } from "./found.js";
import type { PictureSettings } from "./settings.js";
import { heldOut } from "./split.js";

interface Named {
  readonly name: string;
}

/** Pictures that were decoded, wherever their pixels lie: [files, ...shape]. */
export interface DecodedPictures {
  readonly about: {
    readonly count: number;
    /** Files that can't be read as pictures, by their numbers. */
    readonly broken: readonly { readonly index: number; readonly why: string }[];
    /** How many have several frames, and more than 8 bits. */
    readonly animated: number;
    readonly deep: number;
  };
  readonly settings: PictureSettings;
  readonly shape: readonly number[];
}

/** What files could not be read, for a message: each by its name and with its reason. */
function brokenText(files: readonly Named[], { about }: Pick<DecodedPictures, "about">): string {
  return someNames(about.broken.map(({ index, why }) => `${files[index]?.name ?? ""} (${why})`));
}

/** Throws the UserError for broken files, unless they are to be skipped. */
function requireSound(
  shown: string,
  files: readonly Named[],
  cached: DecodedPictures,
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
function readingNotes({ about, settings }: DecodedPictures): string[] {
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

/** Some examples of a data set of pictures. */
export interface PictureRows<F> {
  readonly rows: readonly PictureRow<F>[];
  /** Of each row its place among the decoded pictures. */
  readonly places: Int32Array;
}

function only<F>(
  { rows, places }: PictureRows<F>,
  which: (row: PictureRow<F>, i: number) => boolean,
): PictureRows<F> {
  const numbers = [...rows.keys()].filter((i) => which(rows[i] as PictureRow<F>, i));
  return {
    rows: numbers.map((i) => rows[i] as PictureRow<F>),
    places: Int32Array.from(numbers, (i) => places[i] ?? 0),
  };
}

/** The class numbers of examples; undefined without classes. */
export function labelsOf<F>({ rows }: PictureRows<F>, classes: Classes | undefined): Int32Array | undefined {
  return classes && Int32Array.from(rows, ({ label }) => classes.numberOf.get(label ?? "") ?? 0);
}

/** Rows by part, with a test part in any case. */
function divided<F>(
  all: PictureRows<F>,
  classes: Classes | undefined,
  whole: boolean,
  shown: string,
  notes: string[],
): Map<SplitName, PictureRows<F>> {
  const parts = new Map<SplitName, PictureRows<F>>();
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

/** What is known of examples beside their numbers. */
export interface KnownOfPictures {
  readonly labels: Int32Array | undefined;
  readonly ids: readonly string[];
  readonly captions: readonly string[] | undefined;
}

/** Labels, names and captions of examples. */
export function knownOf<F extends Named>(own: PictureRows<F>, classes: Classes | undefined): KnownOfPictures {
  const captions = own.rows.some(({ caption }) => caption !== undefined)
    ? own.rows.map(({ caption = "" }) => caption)
    : undefined;
  return { labels: labelsOf(own, classes), ids: own.rows.map(({ file }) => file.name), captions };
}

/** What a data set of pictures is made of beside the pictures. */
export interface PicturesPlace<F> {
  readonly name: string;
  readonly source?: string;
  /** For messages. */
  readonly shown: string;
  readonly rows: readonly PictureRow<F>[];
  /** All files, and of each row which it is. */
  readonly files: readonly F[];
  readonly places: Int32Array;
  readonly notes: readonly string[];
  readonly whole: boolean;
  readonly bytes: Bytes;
}

/** Makes the parts of a data set out of rows: where their pixels lie is its own matter. */
export type PictureSplits<F> = (
  parts: ReadonlyMap<SplitName, PictureRows<F>>,
  classes: Classes | undefined,
) => Promise<{ readonly splits: ReadonlyMap<SplitName, Split>; readonly notes: readonly string[] }>;

/** The data set of decoded pictures. Throws a UserError for broken files, unless they are skipped, and for too few pictures. */
export async function picturesDataset<F extends Named>(
  found: PicturesPlace<F>,
  decoded: DecodedPictures,
  splitsOf: PictureSplits<F>,
): Promise<Dataset> {
  const { name, source, shown, rows, files, places, whole, bytes } = found;
  const notes: string[] = [];
  requireSound(shown, files, decoded, notes);
  notes.push(...found.notes, ...readingNotes(decoded));
  const broken = new Set(decoded.about.broken.map(({ index }) => index));
  const all = only({ rows, places }, (_, i) => !broken.has(places[i] ?? 0));
  const classes = classesOf(all.rows, notes);
  const parts = divided(all, classes, whole, shown, notes);
  const { splits, notes: more } = await splitsOf(parts, classes);
  const train = splits.get("train") as Split;
  const validation = splits.get("validation");
  const shape = decoded.shape.slice(1);
  const kind = kindOf(shape, shown);
  return {
    name,
    ...(source !== undefined && { source }),
    picture: decoded.settings,
    kind,
    shape,
    schema: wholeSchema(shape, { type: bytes === "plain" ? "plain" : "unit" }, kind),
    train,
    test: splits.get("test") ?? train,
    ...(validation && { validation }),
    ...(classes && { classes: classes.names }),
    notes: [...notes, ...more],
  };
}
