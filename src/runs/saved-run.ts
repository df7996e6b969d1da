import * as z from "zod/mini";
import { checkedFile, type Json, readJson, type Spec } from "../catalogue/index.js";
import {
  type Binarization,
  binarizations,
  type BrokenPictures,
  brokenPictures,
  type ByteReading,
  type ChannelLayout,
  channelLayouts,
  colourCode,
  type ExampleSchema,
  isUnit,
  type PictureColour,
  pictureColours,
  type PictureFit,
  pictureFits,
  type PictureSettings,
  readingOf,
  requireSchema,
  sizeText,
  type Standardization,
  standardizations,
  wholeSchema,
} from "../data/portable.js";
import { augmentationText, type Balance, balances, type Shuffle, shuffles } from "../feed/index.js";
import {
  savedConfig,
  savedModel,
  savedSchema,
  savedSpec,
  savedText,
  savedWhole,
  type VaeConfig,
  vaeConfig,
} from "../model/index.js";
import { objectives } from "../objectives/index.js";
import { UserError } from "../tensor/index.js";
import { constantRate } from "../optim/index.js";
import type { RunDescription, TrainSettings } from "../train/portable.js";

/** The latest version of `config.json` that this code reads and writes. Files of 0.1.0 say nothing, and are version 1. */
export const configVersion = 2;

/** The settings of a run as they stand in `config.json`: all of them, as plain data. */
export interface RunConfig {
  readonly version: number;
  readonly model: VaeConfig;
  readonly objective: Spec;
  readonly optimizer: Spec;
  /** What is done beside the optimiser's steps, as far as it was told: nothing in runs of before there was any of it. */
  readonly schedule?: Spec | undefined;
  readonly lrEncoder?: number | undefined;
  readonly lrDecoder?: number | undefined;
  readonly lrPrior?: number | undefined;
  readonly clipNorm?: number | undefined;
  readonly clipValue?: number | undefined;
  readonly skipNonFinite?: number | undefined;
  readonly accumulate?: number | undefined;
  readonly ema?: number | undefined;
  readonly epochs: number;
  readonly batchSize: number;
  readonly seed: number;
  readonly patience: number | null;
  readonly validation: number;
  readonly binarize: Binarization;
  /** How pictures were changed at random, if they were. */
  readonly augment?: string | undefined;
  readonly standardize: Standardization;
  readonly shuffle: Shuffle;
  /** What new examples are drawn by, if not the prior. */
  readonly sampler?: string | undefined;
  /** How often classes come and how many labels are used, as far as it was told. */
  readonly balance?: Balance | undefined;
  readonly labelled?: number | undefined;
  /** How its examples are read; of runs of before there was one, bytes are x/255 and floats as they are. */
  readonly schema?: ExampleSchema | undefined;
  /** Where the channels of its pictures are, if it was told. */
  readonly layout?: ChannelLayout | undefined;
  /** Of a table, what was told of its held-out rows: how many, which share, or where they are. */
  readonly heldOut?: number | string | undefined;
  /** How pictures in files became its examples, if they did. */
  readonly size?: string | undefined;
  readonly fit?: PictureFit | undefined;
  readonly colour?: PictureColour | undefined;
  readonly background?: string | undefined;
  readonly broken?: BrokenPictures | undefined;
  /** What it was trained on, as trained on: validation held out. */
  readonly dataset: {
    readonly name: string;
    readonly shape: readonly number[];
    readonly train: number;
    readonly test: number;
  };
  /** Where its data are found again: `mnist` or a folder; null for data made in memory. */
  readonly source: string | null;
  readonly device: string;
  readonly threads: number | null;
  /** The settings file that it was told by. */
  readonly configFile?: string | undefined;
}

/** Those of its settings that say what is done beside the optimiser's steps. */
export type UpdateField =
  | "schedule"
  | "lrEncoder"
  | "lrDecoder"
  | "lrPrior"
  | "clipNorm"
  | "clipValue"
  | "skipNonFinite"
  | "accumulate"
  | "ema";

const oneOf = <T extends string>(values: readonly T[]): z.ZodMiniType<T> =>
  z.enum(values, { error: `must be one of ${values.join(", ")}` });
/** A text that `read` takes without an error. */
const checkedText = (read: (text: string) => unknown): z.ZodMiniType<string> =>
  savedText.check((context) => {
    try {
      read(context.value);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      context.issues.push({ code: "custom", message, input: context.value });
    }
  });
const namedText = savedText.check(z.minLength(1, { error: "must not be empty" }));
const savedNumber = z
  .number({ error: "must be a number from 0" })
  .check(z.minimum(0, { error: "must be a number from 0" }));
const validationError = "must be 0, a share between 0 and 1, or a whole number";

const schema = z.strictObject(
  {
    version: z._default(savedWhole(1), 1),
    model: savedModel,
    objective: savedSpec,
    optimizer: savedSpec,
    schedule: z.optional(savedSpec),
    lrEncoder: z.optional(savedNumber),
    lrDecoder: z.optional(savedNumber),
    lrPrior: z.optional(savedNumber),
    clipNorm: z.optional(savedNumber),
    clipValue: z.optional(savedNumber),
    skipNonFinite: z.optional(savedWhole(1)),
    accumulate: z.optional(savedWhole(1)),
    ema: z.optional(savedNumber),
    epochs: savedWhole(1),
    batchSize: savedWhole(1),
    seed: savedWhole(Number.MIN_SAFE_INTEGER),
    patience: z.nullable(savedWhole(1)),
    validation: z
      .number({ error: validationError })
      .check(
        z.refine((value) => value >= 0 && (value < 1 || Number.isInteger(value)), { error: validationError }),
      ),
    binarize: oneOf(binarizations),
    augment: z.optional(checkedText(augmentationText)),
    standardize: z._default(oneOf(standardizations), "none"),
    shuffle: z._default(oneOf(shuffles), "full"),
    sampler: z.optional(namedText),
    balance: z.optional(oneOf(balances)),
    labelled: z.optional(savedWhole(1)),
    schema: z.optional(savedSchema),
    layout: z.optional(oneOf(channelLayouts)),
    heldOut: z.optional(z.union([savedNumber, namedText])),
    size: z.optional(checkedText(sizeText)),
    fit: z.optional(oneOf(pictureFits)),
    colour: z.optional(oneOf(pictureColours)),
    background: z.optional(checkedText(colourCode)),
    broken: z.optional(oneOf(brokenPictures)),
    dataset: z.strictObject(
      {
        name: savedText,
        shape: z.array(savedWhole(1), { error: "must be the shape of an example" }),
        train: savedWhole(1),
        test: savedWhole(1),
      },
      { error: "must be an object that describes the data" },
    ),
    source: z.nullable(namedText),
    device: namedText,
    threads: z.nullable(savedWhole(0)),
    configFile: z.optional(savedText),
  },
  { error: "must be an object with the settings of a run" },
);

const advice = "mend it, or delete the folder";

/**
 * The contents of `config.json`, checked. Throws a UserError that names the file, and the field where it is one, if they
 * are damaged or of a later version.
 */
export function checkedConfig(text: string, file: string): RunConfig {
  const value = readJson(text, file);
  requireReadable(value, file);
  const config = checkedFile(file, schema as unknown as z.ZodMiniType<RunConfig>, value, advice);
  if (config.schema !== undefined) requireSchema(config.schema, config.model.input, file);
  const { schema: kept } = value as unknown as RunConfig; // with its keys in their order
  return {
    ...config,
    ...(config.schema !== undefined && { schema: kept }),
    model: savedConfig(config.model),
    objective: objectives.current(config.objective),
  };
}

function requireReadable(value: Json, file: string): void {
  if (typeof value !== "object" || value === null || !("version" in value)) return;
  const { version } = value;
  if (typeof version !== "number" || !Number.isInteger(version) || version <= configVersion) return;
  throw new UserError(
    `${file} is of version ${version}, this latent reads up to ${configVersion}; update latent`,
  );
}

/** How a run reads its examples. */
export function schemaOfRun({ schema, model }: RunConfig): ExampleSchema {
  return schema ?? wholeSchema(model.input);
}

/** How bytes must be read for a schema, where that is not what is found out by looking at them. */
export function bytesFor(schema: ExampleSchema): ByteReading | undefined {
  if (schema.kind === "columns" || isUnit(schema)) return undefined;
  return readingOf(schema.codec);
}

/** What is done beside the optimiser's steps, as plain data: what was told, and nothing where it is as by default. */
export function toldOfUpdates(settings: TrainSettings): Partial<Pick<RunConfig, UpdateField>> {
  const { schedule, accumulate = 1 } = settings;
  const steady = constantRate();
  const isSteady =
    schedule.name === steady.name && JSON.stringify(schedule.config) === JSON.stringify(steady.config);
  const told = (
    ["lrEncoder", "lrDecoder", "lrPrior", "clipNorm", "clipValue", "skipNonFinite", "ema"] as const
  ).flatMap((name) => (settings[name] === undefined ? [] : [[name, settings[name]] as const]));
  return {
    ...(!isSteady && { schedule: { name: schedule.name, config: schedule.config } }),
    ...Object.fromEntries(told),
    ...(accumulate > 1 && { accumulate }),
  };
}

/** How pictures in files became a run's examples, if they did. */
export function picturesOf(config: RunConfig): PictureSettings | undefined {
  const { size, fit = "crop", colour, background = "#ffffff", broken = "fail" } = config;
  return size === undefined || colour === undefined ? undefined : { size, fit, colour, background, broken };
}

/** What is done with labels, as plain data: what was told, and nothing where it is as by default. */
export function toldOfLabels({
  balance,
  labelled,
}: TrainSettings): Partial<Pick<RunConfig, "balance" | "labelled">> {
  return { ...(balance !== "none" && { balance }), ...(labelled !== undefined && { labelled }) };
}

/** A run's settings as they are kept. */
export function runConfig({ model, data, schema, settings, configFile }: RunDescription): RunConfig {
  const { objective, optimizer, patience, threads, ...rest } = settings;
  const { epochs, batchSize, seed, validation, binarize, augment, standardize, shuffle, sampler, device } =
    rest;
  return {
    version: configVersion,
    model: vaeConfig(model),
    objective: { name: objective.name, config: objective.config },
    optimizer: { name: optimizer.name, config: optimizer.config },
    ...toldOfUpdates(settings),
    epochs,
    batchSize,
    seed,
    patience: patience ?? null,
    validation,
    binarize,
    ...(augment !== undefined && { augment }),
    standardize,
    shuffle,
    ...(sampler !== undefined && sampler !== "prior" && { sampler }),
    ...toldOfLabels(settings),
    schema,
    ...(data.layout !== undefined && { layout: data.layout }),
    ...(data.heldOut !== undefined && { heldOut: data.heldOut }),
    ...data.picture,
    dataset: { name: data.name, shape: data.shape, train: data.train.length, test: data.test.length },
    source: data.source ?? null,
    device,
    threads: threads ?? null,
    ...(configFile !== undefined && { configFile }),
  };
}
