import { stat } from "node:fs/promises";
import {
  type Binarization,
  binarizations,
  type Bytes,
  type ChannelLayout,
  colourOf,
  type Dataset,
  datasets,
  type DownloadProgress,
  type ExampleSchema,
  holdOut,
  type FittedTable,
  isOfPictures,
  isQuery,
  isPattern,
  isTable,
  type PictureChoices,
  type PictureProgress,
  type TableProgress,
  type TableSchema,
} from "../data/index.js";
import { tableOf } from "../data/index.js";
import { suggestion } from "../catalogue/index.js";
import type { SplitName } from "../evaluate/index.js";
import { UserError } from "../tensor/index.js";
import { bytesFor, picturesOf, type RunConfig, type Settings, schemaOfRun } from "../runs/index.js";
import { defined } from "./defined.js";
import type { OpenedRun } from "./model.js";

const known = ["mnist"];

/** How a download is followed and stopped. */
export interface LoadDataOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** Bytes that the examples of a folder may take in memory. */
  readonly memory?: number;
  /** Where the channels of its pictures are, if their shape doesn't tell. */
  readonly layout?: ChannelLayout;
  /** What a folder's bytes are. */
  readonly bytes?: Bytes;
  /** Without a test part, whether nothing is held out for one (see `FolderOptions`). */
  readonly whole?: boolean;
  /** How pictures in files become examples, as it is told. */
  readonly pictures?: PictureChoices;
  /** The same as a run or a model has it, for what is not told; of no matter for other data. */
  readonly recorded?: PictureChoices | undefined;
  readonly onPictures?: (progress: PictureProgress) => void;
  readonly onRows?: (progress: TableProgress) => void;
  /** Of a table, the file that says what its columns are, or what was learned of it before. */
  readonly table?:
    | {
        readonly schema?: string | TableSchema;
        readonly fitted?: FittedTable;
        /** Its held-out rows: how many, which share, or where they are. */
        readonly validation?: number | string | undefined;
      }
    | undefined;
}

/** The data set that `mnist`, a folder's or file's path or a config file's object stands for. */
export async function loadData(
  source: NonNullable<Settings["data"]>,
  options: LoadDataOptions = {},
): Promise<Dataset> {
  const { memory, layout, bytes, whole, pictures, recorded, onPictures, onRows, signal } = options;
  const named = typeof source === "string" && source.toLowerCase() !== "mnist";
  const told = Object.entries(pictures ?? {}).find(([, value]) => value !== undefined)?.[0];
  const ofTable = named && (await isTable(source));
  if ((!named || ofTable) && told !== undefined) {
    throw new UserError(`--${told} is for pictures in a folder; leave it out`, 2);
  }
  if (!ofTable && typeof options.table?.validation === "string") {
    const what = typeof source === "string" ? source : "the data set given";
    throw new UserError(
      `--validation takes a file for tables, which ${what} is not; give a share such as 0.1, or a number of examples`,
      2,
    );
  }
  if (typeof source === "function") return source();
  if (typeof source !== "string") return source;
  if (!named) return datasets.mnist(defined({ signal, onProgress: options.onProgress }));
  if (ofTable) {
    return datasets.table(source, defined({ memory, signal, onRows, ...defined({ ...options.table }) }));
  }
  if (options.table?.schema !== undefined && typeof options.table.schema === "string") {
    throw new UserError(`--schema is for tables, which ${source} is not; leave it out`, 2);
  }
  const there = await stat(source).catch(() => undefined);
  if (there === undefined && !/[./\\]/.test(source)) {
    throw new UserError(
      `there is neither a data set nor a folder or file "${source}"; ${suggestion(source, known)}`,
    );
  }
  const choices =
    recorded !== undefined && (await isOfPictures(source)) ? { ...recorded, ...pictures } : pictures;
  return datasets.folder(
    source,
    defined({ memory, layout, bytes, whole, onPictures, signal, ...defined({ ...choices }) }),
  );
}

/** How a run's table is read again: by the schema that it was read by. */
export function recordedTable(config: RunConfig | undefined): LoadDataOptions["table"] {
  const table = config && tableOf(schemaOfRun(config));
  return table && { schema: table.schema, validation: config?.heldOut };
}

/** How further files become examples of a model: as those that it was trained on did. */
export function asModelReads({ config, model }: Pick<OpenedRun, "config" | "model">): LoadDataOptions {
  const fitted = tableOf(model.schema);
  return defined({
    layout: recordedLayout(config),
    bytes: bytesFor(model.schema),
    recorded: picturesFor(config, model.schema),
    table: fitted && { fitted },
  });
}

/** The layout that a run was told its pictures have. */
export function recordedLayout(config: RunConfig | undefined): ChannelLayout | undefined {
  return config?.layout;
}

/** How pictures in files become examples of a run or, as far as its examples tell, of a model. */
export function picturesFor(
  config: RunConfig | undefined,
  schema: ExampleSchema,
): PictureChoices | undefined {
  const recorded = config && picturesOf(config);
  if (recorded !== undefined || schema.kind !== "image") return recorded;
  const { width, height, channels } = schema;
  return { size: `${width}x${height}`, colour: colourOf(channels) };
}

/** Whether a name stands for data, as far as that can be told without reading them. */
export async function isThere(source: string): Promise<boolean> {
  if (source.toLowerCase() === "mnist" || isQuery(source) || (await isPattern(source))) return true;
  return (await stat(source.replace(/#[^#]*$/, "")).catch(() => undefined)) !== undefined;
}

/**
 * The data that a run says it was trained on. Throws a UserError that says so and gives `advice` if the folder is no
 * longer where it was.
 */
export async function loadRecorded(
  source: string,
  advice: string,
  options: LoadDataOptions = {},
): Promise<Dataset> {
  if (await isThere(source)) return loadData(source, options);
  throw new UserError(`the run was trained on ${source}, which is no longer there; ${advice}`, 2);
}

/** The validation examples of a run, held out again as they were. */
export function asInRun(dataset: Dataset, config: RunConfig | undefined, split: SplitName): Dataset {
  const { validation, seed } = config ?? {};
  if (split === "test" || validation === undefined || validation === 0) return dataset;
  return holdOut(dataset, validation, seed);
}

/** How the data of a run, or of the model that it left, were made binary, as far as that is said. */
export function recordedBinarization({ config, about }: Pick<OpenedRun, "config" | "about">): Binarization {
  return binarizations.find((mode) => mode === (config ?? about)?.binarize) ?? "none";
}

/** How a run's bytes are read, as far as that must be said. */
export function recordedBytes(config: RunConfig | undefined): Bytes | undefined {
  return config && bytesFor(schemaOfRun(config));
}

/** What to evaluate a run on unless told otherwise: the data set that it says it was trained on. */
export function recordedData(config: RunConfig | undefined, folder: string): string {
  const source = config?.source;
  if (source !== null && source !== undefined) return source;
  throw new UserError(
    `${folder} does not say which data it was trained on; give --data mnist or --data FOLDER`,
    2,
  );
}
