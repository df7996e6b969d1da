import { stat } from "node:fs/promises";
import {
  type Binarization,
  binarizations,
  type Bytes,
  type ChannelLayout,
  type Dataset,
  datasets,
  type DownloadProgress,
  holdOut,
} from "../data/index.js";
import { suggestion } from "../catalogue/index.js";
import type { SplitName } from "../evaluate/index.js";
import { UserError } from "../tensor/index.js";
import { bytesFor, type RunConfig, type Settings, schemaOfRun } from "../runs/index.js";
import { defined } from "./defined.js";
import type { OpenedRun } from "./model.js";

const named = ["mnist"];

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
}

/** The data set that `mnist`, a folder's or file's path or a config file's object stands for. */
export async function loadData(
  source: NonNullable<Settings["data"]>,
  options: LoadDataOptions = {},
): Promise<Dataset> {
  if (typeof source === "function") return source();
  if (typeof source !== "string") return source;
  if (source.toLowerCase() === "mnist") {
    return datasets.mnist(defined({ ...options, whole: undefined })); // it has a test part
  }
  const { memory, layout, bytes, whole } = options;
  const there = await stat(source).catch(() => undefined);
  if (there === undefined && !/[./\\]/.test(source)) {
    throw new UserError(
      `there is neither a data set nor a folder or file "${source}"; ${suggestion(source, named)}`,
    );
  }
  return datasets.folder(source, defined({ memory, layout, bytes, whole }));
}

/** The layout that a run was told its pictures have. */
export function recordedLayout(config: RunConfig | undefined): ChannelLayout | undefined {
  return config?.layout;
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
  const named = source.toLowerCase() === "mnist";
  if (named || (await stat(source).catch(() => undefined)) !== undefined) return loadData(source, options);
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
