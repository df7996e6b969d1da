import { be, type ChecksOf, requireArgument, requireOptions } from "../../catalogue/index.js";
import { UserError } from "../../tensor/index.js";
import { arrayChecks, type ArrayReading } from "../array-reading.js";
import type { Dataset } from "../dataset.js";
import { holdsTraining } from "../formats/found-set.js";
import { choiceChecks, type PictureChoices } from "../pictures/settings.js";
import { type TableReading, tableReadingChecks } from "../table/table-reading.js";
import type { TableSchema } from "../table/schema.js";
import type { Watch } from "./file-bytes.js";
import type { DroppedArray } from "./read-arrays.js";
import { isReadPicture, isTableName, type PictureLabels, pictureLabels } from "./names.js";
import { type FileLimits, filesBelow, type PlacedFile, type SomeFile, usualLimits } from "./some-file.js";

/** How far reading files is. */
export interface FilesProgress {
  /** The file, or the folder of pictures. */
  readonly name: string;
  /** What is counted: bytes of arrays and tables (which are read twice if they are long), or files of pictures. */
  readonly unit: "bytes" | "files";
  readonly done: number;
  readonly total: number;
}

/** Options of `readFiles`. Those that are for another kind of file than the one read are refused. */
export interface ReadFilesOptions extends ArrayReading, PictureChoices, TableReading {
  /** Of a table: what the columns are; default: it is inferred from the training rows. */
  readonly schema?: TableSchema;
  /**
   * Of pictures: where classes come from: `folders` (default), the folder that each lies in; `names`, the beginning of each name
   * up to the first `-`, `_`, `.`, blank or bracket, as of `cat-001.png`; `none`.
   */
  readonly labels?: PictureLabels;
  /** What is refused, before memory is taken for it; see `FileLimits` for the defaults. */
  readonly limits?: Partial<FileLimits>;
  readonly onProgress?: (progress: FilesProgress) => void;
  /** Stops with the signal's reason. */
  readonly signal?: AbortSignal;
}

const limitChecks = {
  files: be.whole(1),
  fileBytes: be.whole(1),
  pixels: be.whole(1),
  rows: be.whole(1),
  memory: be.whole(1),
} as const satisfies ChecksOf<FileLimits>;

const tableChecks = {
  ...tableReadingChecks,
  schema: be.having(["version", "columns"], "a table schema"),
} as const;
const pictureChecks = { ...choiceChecks, labels: be.oneOf(pictureLabels) } as const;
const { name, bytes, whole, ...ofArrays } = arrayChecks;

const checks = {
  name,
  bytes,
  whole,
  ...ofArrays,
  ...pictureChecks,
  ...tableChecks,
  limits: be.having([], "an object of limits, such as { rows: 1000000 }"),
  onProgress: be.callable,
  signal: be.signal,
} as const satisfies ChecksOf<ReadFilesOptions>;

const someFiles = {
  expected: "a list of files, such as those of an input or what filesFromDrop gives",
  ok: (value: unknown) =>
    Array.isArray(value) &&
    value.every(
      (one) => isFile(one) || (typeof one === "object" && one !== null && isFile((one as PlacedFile).file)),
    ),
};

function isFile(value: unknown): boolean {
  return value instanceof Blob && typeof (value as Partial<SomeFile>).name === "string";
}

/** Throws the UserError for an option that is for other files. */
function refuseOthers(
  options: ReadFilesOptions,
  others: readonly string[],
  are: string,
  shown: string,
): void {
  const unfit = others.find((one) => options[one as keyof ReadFilesOptions] !== undefined);
  if (unfit === undefined) return;
  throw new UserError(
    `readFiles: ${unfit} is not for ${are}, as which ${shown} ${shown === "the files" ? "are" : "is"} read; leave it out`,
    2,
  );
}

const forArrays = Object.keys(ofArrays);
const forPictures = Object.keys(pictureChecks);
const forTables = Object.keys(tableChecks);

/** Told of a file's bytes in steps of a hundredth. */
function byBytes(name: string, total: number, { onProgress, signal }: ReadFilesOptions): Watch {
  let [done, told] = [0, 0];
  return {
    signal,
    onBytes: (count) => {
      done += count;
      if (done - told < total / 100 && done < total) return;
      told = done;
      onProgress?.({ name, unit: "bytes", done: Math.min(done, total), total });
    },
  };
}

function byFiles(name: string, total: number, onProgress: ReadFilesOptions["onProgress"]) {
  const step = Math.max(1, Math.floor(total / 200));
  return (done: number): void => {
    if (done % step === 0 || done === total) onProgress?.({ name, unit: "files", done, total });
  };
}

const elsewhere =
  /\.(npz|zip|parquet|pq|sqlite|sqlite3|db|db3|duckdb|ddb|avif|tiff?|bmp|heic|tar|tgz|7z|rar|pkl|h5|hdf5|mat|pt|xlsx?)$/i;

function nothingRead(files: readonly PlacedFile[]): UserError {
  const known =
    "idx (train-images-idx3-ubyte, ...), NumPy arrays (.npy), tables (.csv, .tsv, .jsonl, .json) and pictures (PNG, JPEG, WebP, GIF)";
  const paths = files.map(({ path }) => path);
  const other = paths.find((path) => elsewhere.test(path));
  const single = paths.find((path) => /\.npy(\.gz)?$/i.test(path));
  const hint =
    other === undefined
      ? single === undefined
        ? ""
        : `. If ${single} holds the examples, choose it alone`
      : `. ${other} is not read in a page: write it as one of these, unpack it, or give it to the command line (latent train)`;
  const more = paths.length > 5 ? ` and ${paths.length - 5} more` : "";
  return new UserError(
    `nothing can be read as data of ${paths.slice(0, 5).join(", ")}${more}. Readable are ${known}${hint}`,
  );
}

/**
 * A data set out of files that a person has chosen or dropped, in a page or a worker: arrays in idx form (MNIST's) or NumPy's
 * `.npy`, gzipped or not, by their usual names or one by itself; a table (`.csv`, `.tsv`, `.jsonl`, `.json`, gzipped or not); or
 * pictures (PNG, JPEG, WebP, GIF), whose folders are classes or `train`, `test` and `validation`. What comes out is what
 * `datasets.folder`, `datasets.table` and `datasets.pictures` make of the same files in Node: exactly for arrays, CSV and TSV, and
 * for PNG that keep their size; other pictures differ as decoders and resizing do. Without a test part a tenth is held out.
 *
 *     input.onchange = async () => train(vaeFor(data), (data = await readFiles([...input.files])));
 *
 * @throws UserError naming the file and what to do: nothing that can be read, several data sets or tables, a damaged file, more
 * than `limits` allow, an option for other files. Rejects with the signal's reason if aborted.
 */
export async function readFiles(
  files: readonly (SomeFile | PlacedFile)[],
  options: ReadFilesOptions = {},
): Promise<Dataset> {
  requireArgument("readFiles", "the files", files, someFiles);
  requireOptions("readFiles", options, checks);
  requireOptions("readFiles: limits", options.limits ?? {}, limitChecks);
  const { signal, onProgress } = options;
  const limits = { ...usualLimits, ...options.limits };
  signal?.throwIfAborted();
  const { files: all, root } = filesBelow(files, limits);
  const watch = (of: readonly PlacedFile[], shown: string): Watch =>
    byBytes(
      shown,
      of.reduce((sum, { file }) => sum + file.size, 0),
      options,
    );
  const pictures = all.filter(({ path }) => isReadPicture(path));
  const shown = root ?? "the files";
  if (pictures.length > 0) {
    refuseOthers(options, [...forArrays, ...forTables], "pictures", shown);
    const others = all.filter((one) => !pictures.includes(one));
    const onFile = byFiles(root ?? "pictures", pictures.length, onProgress);
    const { readPictures } = await import("./read-pictures.js");
    return readPictures(pictures, others, root, options, limits, { signal, onFile });
  }
  const tables = all.filter(({ path }) => isTableName(path));
  const arrays = await arraysOf(all, tables, watch(all, root ?? "arrays"));
  if (holdsTraining(arrays)) {
    refuseOthers(options, [...forPictures, ...forTables], "arrays", shown);
    const { readArrays } = await import("./read-arrays.js");
    return readArrays(arrays, root, options, limits);
  }
  const [table, another] = tables;
  if (table === undefined) throw nothingRead(all);
  if (another !== undefined) {
    throw new UserError(
      `there are ${tables.length} tables, ${table.path} and ${another.path} among them: choose one, whose rows are the examples`,
    );
  }
  refuseOthers(options, [...forPictures, ...forArrays, "bytes", "whole"], "tables", table.path);
  const { readTable } = await import("./read-table.js");
  return readTable(table, options, limits, watch([table], table.path));
}

/** Arrays by their names, or one by itself, which holds the training examples whatever it is called. */
async function arraysOf(
  files: readonly PlacedFile[],
  tables: readonly PlacedFile[],
  watch: Watch,
): Promise<DroppedArray[]> {
  const { arrayByItself, arraysAmong } = await import("./read-arrays.js");
  const [only] = files;
  if (files.length > 1 || only === undefined || tables.length > 0) return arraysAmong(files, watch);
  const found = await arrayByItself(only, watch);
  return found === undefined ? [] : [found];
}
