import path from "node:path";
import {
  type Dataset,
  type ExampleTensor,
  requireFolder,
  readExamples,
  tableOf,
  type Split,
} from "../../data/index.js";
import { type SplitName, splitOf } from "../../evaluate/index.js";
import { rangeText } from "../../report/index.js";
import { type ExampleBatch, saveImages, type SaveImagesOptions } from "../../model/index.js";
import { type Tensor, UserError } from "../../tensor/index.js";
import type { CheckpointName } from "../../runs/index.js";
import { note, print } from "../context.js";
import { asInRun, asModelReads, loadData, loadRecorded, recordedData, recordedTable } from "../data.js";
import { defined } from "../defined.js";
import { choice, fields, text } from "../fields.js";
import { commonFlags, type CommonFlags, flag } from "../flags.js";
import type { OpenedRun } from "../model.js";
import { countText, rowsText } from "../views/format.js";
import { sometimes } from "../views/sometimes.js";
import type { TrainView } from "../views/view.js";

export const splitField = choice<SplitName>(
  ["test", "validation", "train"],
  "NAME",
  "Part of the data [default = test]",
);
export const dataField = text("DATA", "mnist, a folder or a file [default = what the run was trained on]");
export const seedField = { ...fields.seed, brief: "Of the noise [default = 0]" };

/** The data that a command trains on. */
export const dataArgument = {
  kind: "tuple",
  parameters: [
    {
      brief:
        "mnist, a folder or file of idx or NumPy arrays, a folder of pictures, a table (CSV, JSON, Parquet, SQLite, DuckDB), or an SQL query",
      placeholder: "DATA",
      parse: (input: string) => input,
      optional: true,
    },
  ],
} as const;

/** Tells of what reading data takes, where there is no view of a run. */
export const readingNotes: Pick<TrainView, "download" | "pictures" | "rows"> = {
  download: (file, received, total) => {
    if (total !== undefined && received >= total) note(`download ${file}`);
  },
  pictures: ({ name, done, total }) => {
    if (done === total) note(`decoded ${total} pictures of ${name}`);
  },
  rows: sometimes(10, (progress) => note(`reading ${rowsText(progress)}`)),
};

/** Flags of every command that opens a run. */
export const openFlags = {
  config: flag("config", text("FILE", "Config file with distributions or networks of your own")),
  checkpoint: flag(
    "checkpoint",
    choice<CheckpointName>(["last", "best"], "NAME", "Take a checkpoint's weights, last or best"),
  ),
  ...commonFlags,
} as const;

/** The types of `openFlags`. */
export interface OpenFlags extends CommonFlags {
  readonly config?: string;
  readonly checkpoint?: CheckpointName;
}

/** What is given as --out, or another option: a name that ends in one of the given ways. Throws a UserError for another. */
export function outFile(
  name: string,
  endings: readonly string[] = [".png", ".npy"],
  option = "--out",
): string {
  const fits = endings.some((ending) => name.toLowerCase().endsWith(ending));
  if (fits) return name;
  throw new UserError(`${option} must end in ${endings.join(" or ")}, got "${name}"`, 2);
}

/** Throws the UserError for a picture of a table's rows. */
export function requireNoPicture(
  name: string,
  { model }: Pick<OpenedRun, "model">,
  ...endings: readonly string[]
): void {
  if (tableOf(model.schema) === undefined || !/\.(png|svg)$/i.test(name)) return;
  throw new UserError(
    `--out ${name}: rows of a table have no picture; give a name that ends in ${endings.join(" or ")}`,
    2,
  );
}

/**
 * Where a walk through the latent space goes: a picture or, of a model of a table, rows, unless told otherwise. Throws a UserError for
 * another ending.
 */
export function walkFile(
  told: string | undefined,
  name: string,
  run: Pick<OpenedRun, "model">,
  endings: readonly string[] = [".png", ".npy"],
): string {
  if (tableOf(run.model.schema) === undefined) return outFile(told ?? `${name}.png`, endings);
  const file = told ?? `${name}.csv`;
  const own = [".csv", ".tsv", ".json", ".jsonl", ".parquet", ".npy"];
  requireNoPicture(file, run, ...own);
  return outFile(file, own);
}

/** Makes the folder that a file goes to. */
export async function makeParent(file: string): Promise<void> {
  const folder = path.dirname(file);
  await requireFolder(folder);
}

/** Saves images where the user wants them, and says where. */
export async function saveTo(
  file: string,
  images: Tensor & Pick<ExampleBatch, "range">,
  options: SaveImagesOptions = {},
): Promise<void> {
  await makeParent(file);
  await saveImages(images, file, options);
  if (images.range !== undefined && /\.png$/i.test(file)) note(rangeText(images.range).trim());
  print(file);
}

/** The data that a command works on: those named, else those of the config file, else those of the run. */
export async function dataFor(
  flags: {
    readonly data?: string;
    readonly split?: SplitName;
    readonly memory?: number;
    /** Without a test part, whether all of the data are taken for it. */
    readonly whole?: boolean;
  },
  folder: string,
  { config, model }: Pick<OpenedRun, "config" | "model">,
): Promise<Dataset> {
  const { data } = flags;
  const reading = asModelReads({ config, model });
  const options = {
    ...reading,
    ...defined({ memory: flags.memory, whole: flags.whole }),
    ...(reading.table && data === undefined && { table: recordedTable(config) }),
  };
  const dataset = await (data === undefined
    ? loadRecorded(recordedData(config, folder), "give its new place with --data FOLDER", options)
    : loadData(data, options));
  return asInRun(dataset, config, flags.split ?? "test");
}

/** The same for parts as a person tells them. Throws a UserError for a part of data that have none, but are taken whole. */
export async function toldData(
  flags: Parameters<typeof dataFor>[0],
  folder: string,
  run: Pick<OpenedRun, "config" | "model">,
): Promise<Dataset> {
  const dataset = await dataFor(flags, folder, run);
  const { data, split = "test" } = flags;
  if (data === undefined || split === "test" || dataset[split] !== dataset.test) return dataset;
  throw new UserError(
    `--split ${split}: ${data} has no parts, and all of it is taken; leave out --split, or ${data} for the parts of the run's own data`,
    2,
  );
}

export { givenOf } from "../../uses/index.js";

/** Which examples a command goes through, in words. */
export function allOf(dataset: Dataset, name: SplitName): string {
  const { length } = splitOf(dataset, name);
  const which = dataset.test === dataset.train ? "all" : `the ${name} examples`;
  return `${dataset.name}: ${which}, ${countText(length)}, in their order`;
}

/** Example `index` of a split. Throws a UserError of wrong usage that names the option. */
export async function exampleOf(split: Split, index: number, option: string): Promise<ExampleTensor> {
  if (index < split.length) return readExamples(split, index, index + 1);
  throw new UserError(`${option} must be below ${split.length}, the number of examples, got ${index}`, 2);
}
