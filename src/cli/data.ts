import { stat } from "node:fs/promises";
import {
  type Binarization,
  binarizations,
  type Bytes,
  type ChannelLayout,
  channelLayouts,
  type Dataset,
  datasets,
  type DownloadProgress,
  type ExampleSchema,
  holdOut,
  isUnit,
  readingOf,
  type Standardization,
  standardizations,
} from "../data/index.js";
import { suggestion } from "../catalogue/index.js";
import type { SplitName } from "../evaluate/index.js";
import { UserError } from "../tensor/index.js";
import { type RunConfig, schemaOfRun } from "../train/index.js";
import { defined } from "./defined.js";
import type { Settings } from "./settings.js";

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
}

/** The data set that `mnist`, a folder's or file's path or a config file's object stands for. */
export async function loadData(
  source: NonNullable<Settings["data"]>,
  options: LoadDataOptions = {},
): Promise<Dataset> {
  if (typeof source === "function") return source();
  if (typeof source !== "string") return source;
  if (source.toLowerCase() === "mnist") return datasets.mnist(options);
  const there = await stat(source).catch(() => undefined);
  if (there === undefined && !/[./\\]/.test(source)) {
    throw new UserError(
      `there is neither a data set nor a folder or file "${source}"; ${suggestion(source, named)}`,
    );
  }
  const { memory, layout, bytes } = options;
  return datasets.folder(source, defined({ memory, layout, bytes }));
}

/** The layout that a run was told its pictures have. */
export function recordedLayout(config: RunConfig | undefined): ChannelLayout | undefined {
  return channelLayouts.find((layout) => layout === config?.layout);
}

/** The validation examples of a run, held out again as they were. */
export function asInRun(dataset: Dataset, config: RunConfig | undefined, split: SplitName): Dataset {
  const { validation, seed } = config ?? {};
  if (split === "test" || typeof validation !== "number" || validation === 0) return dataset;
  return holdOut(dataset, validation, typeof seed === "number" ? seed : 0);
}

/** How a run's data were made binary, as far as it says. */
export function recordedBinarization(
  config: { readonly binarize?: unknown } | undefined,
): Binarization | undefined {
  return binarizations.find((mode) => mode === config?.binarize);
}

/** How bytes must be read for a schema, where that is not what is found out by looking at them. */
export function bytesFor(schema: ExampleSchema): Bytes | undefined {
  if (schema.kind === "columns" || isUnit(schema)) return undefined;
  return readingOf(schema.codec);
}

/** How a run's bytes are read, as far as that must be said. */
export function recordedBytes(config: RunConfig | undefined): Bytes | undefined {
  return config && bytesFor(schemaOfRun(config));
}

/** How a run's numbers are standardised, as far as it says. */
export function recordedStandardization(config: RunConfig | undefined): Standardization | undefined {
  return standardizations.find((mode) => mode === config?.standardize);
}

/** What to evaluate a run on unless told otherwise: the data set that it says it was trained on. */
export function recordedData(config: RunConfig | undefined, folder: string): string {
  const source = config?.source;
  if (typeof source === "string") return source;
  throw new UserError(
    `${folder} does not say which data it was trained on; give --data mnist or --data FOLDER`,
    2,
  );
}
