import { be, requireArgument, suggestion } from "../catalogue/index.js";
import { type FittedTable, tableOf } from "../data/portable.js";
import type { BrokenPictures, Bytes, ChannelLayout, PictureColour, PictureFit } from "../data/portable.js";
import {
  type ModelledData,
  networksOf,
  type Vae,
  vaeConfig,
  type VaeConfig,
  vaeFor,
} from "../model/index.js";
import { UserError } from "../tensor/index.js";
import type { TrainSettings } from "../train/portable.js";
import { checkFields } from "./check-fields.js";
import type { Checked, Told } from "./field.js";
import { modelFields } from "./model-fields.js";
import { placeFields } from "./place-fields.js";
import { keptSettings } from "./resumed.js";
import {
  bytesFor,
  picturesOf,
  type RunConfig,
  schemaOfRun,
  toldOfLabels,
  toldOfUpdates,
  type UpdateField,
} from "./saved-run.js";
import { settingsOf } from "./settings.js";
import { trainingFields } from "./training-fields.js";

/** Everything that a run can be told, by name: model, training, and where things are. */
export const runFields = { ...modelFields, ...trainingFields, ...placeFields } as const;

/**
 * A run as it is told: by the API's names of options, each of which may be left out. Distributions, objective, optimiser
 * and networks are names with options, such as `"gamma(concentration=2)"`, the same as plain data, or objects.
 */
export interface RunSpec
  extends Told<typeof modelFields>,
    Told<typeof trainingFields>,
    Told<typeof placeFields> {}

/** A run as objects: what its spec stands for, defaults filled in. */
export interface ResolvedRun {
  readonly model: Vae;
  /** Objective, optimiser and all that training goes by. */
  readonly settings: TrainSettings;
  readonly place: Checked<typeof placeFields>;
}

/** Those of checked options that are among `fields`. */
export function part<F extends object>(checked: object, fields: F): Checked<F> {
  return Object.fromEntries(Object.entries(checked).filter(([name]) => name in fields)) as Checked<F>;
}

/** Any column of a table can be a condition of what is generated: its likelihood completes rows of which a part is given. */
function requireTableColumn({ schema }: FittedTable, condition: string): void {
  const names = schema.columns.map(({ name }) => name);
  if (names.includes(condition)) return;
  throw new UserError(
    `condition: the table has no column "${condition}"; ${suggestion(condition, names)}`,
    2,
  );
}

/** The model that was told; `classes` are those that its data's labels are of, for the condition `label`. */
export function modelOf(data: ModelledData, told: Checked<typeof modelFields>, classes?: number): Vae {
  const { condition, input: _shape, ...others } = told;
  const table = data.schema && tableOf(data.schema);
  if (table !== undefined && typeof condition === "string") {
    requireTableColumn(table, condition);
    return vaeFor(data, others);
  }
  if (typeof condition === "string" && condition !== "label") {
    throw new UserError(
      `condition: "${condition}" is a table's column or nothing; the data are no table: take label, the class by their labels`,
      2,
    );
  }
  if (typeof condition !== "string") return vaeFor(data, { ...others, ...(condition && { condition }) });
  if (classes !== undefined) return vaeFor(data, { ...others, condition: { classes } });
  throw new UserError(
    "condition: how many classes the labels are of is not known; say it, such as condition: { classes: 10 }, or give data with labels",
    2,
  );
}

/** The classifier that semi-supervised training takes where none is told: the network of the encoder. */
export function withClassifier(
  told: Checked<typeof modelFields>,
  objective: string | undefined,
): Checked<typeof modelFields> {
  if (objective !== "m2" || told.condition === undefined || told.classifier !== undefined) return told;
  return { ...told, classifier: networksOf(told).encoder };
}

/**
 * What a spec stands for. `input` is the shape of an example, which its data say; default: the spec's own, as `plain`
 * gives it. Throws a UserError that names the option for anything that can't be, with a suggestion for unknown names.
 */
export function resolve(spec: RunSpec, input = (spec as RunSpec | undefined)?.input): ResolvedRun {
  const checked = checkFields("the run", spec, runFields);
  if (input === undefined) {
    throw new UserError("the run: the shape of an example is not known; give `input`, such as [28, 28]", 2);
  }
  return {
    model: modelOf({ shape: input }, part(checked, modelFields)),
    settings: settingsOf(part(checked, trainingFields)),
    place: part(checked, placeFields),
  };
}

const aResolvedRun = be.having(["model", "settings", "place"], "a run, which resolve(...) gives");
const aConfig = be.having(["model", "objective", "optimizer"], "a run's config, which readRunConfig gives");

/** A spec that is plain data: JSON, from which `resolve` makes the same run again. */
export type PlainSpec = VaeConfig &
  Pick<RunConfig, "objective" | "optimizer" | "epochs" | "batchSize" | "seed" | "validation" | "binarize"> &
  Pick<RunConfig, "shuffle" | "device"> &
  Partial<Pick<RunConfig, UpdateField | "balance" | "labelled">> & {
    readonly standardize: TrainSettings["standardize"];
    readonly patience?: number;
    readonly threads?: number;
    readonly data?: string;
    readonly layout?: ChannelLayout;
    readonly augment?: string;
    readonly sampler?: string;
    readonly size?: string;
    readonly fit?: PictureFit;
    readonly colour?: PictureColour;
    readonly background?: string;
    readonly broken?: BrokenPictures;
    readonly bytes?: Bytes;
    readonly memory?: number;
    readonly out?: string;
    readonly pictures?: boolean;
  };

/**
 * A resolved run as plain data, with everything that `resolve` filled in. Throws a UserError for data that are an object:
 * they have no name.
 */
export function plain(run: ResolvedRun): PlainSpec {
  requireArgument("plain", "the run", run, aResolvedRun);
  const { model, settings, place } = run;
  const { objective, optimizer, patience, threads } = settings;
  const { epochs, batchSize, seed, validation, standardize, binarize, shuffle, device } = settings;
  const { augment, sampler } = settings;
  const { data, ...places } = place;
  if (data !== undefined && typeof data !== "string") {
    throw new UserError("data that are an object can't be written as plain data; name a folder", 2);
  }
  return {
    ...vaeConfig(model),
    ...{ epochs, batchSize, seed, validation, standardize, binarize, shuffle, device },
    ...toldOfUpdates(settings),
    ...(augment !== undefined && { augment }),
    ...(sampler !== undefined && { sampler }),
    ...toldOfLabels(settings),
    ...places,
    objective: { name: objective.name, config: objective.config },
    optimizer: { name: optimizer.name, config: optimizer.config },
    ...(patience !== undefined && { patience }),
    ...(threads !== undefined && { threads }),
    ...(data !== undefined && { data }),
  };
}

/** The spec of a run that was kept, as plain data. */
export function specOfRun(config: RunConfig): PlainSpec {
  requireArgument("specOfRun", "the config", config, aConfig);
  const { model, objective, optimizer, schedule, device, threads, source, layout } = config;
  const bytes = bytesFor(schemaOfRun(config));
  return {
    ...model,
    objective,
    optimizer,
    ...(schedule !== undefined && { schedule }),
    ...keptSettings(config),
    device,
    ...(threads !== null && { threads }),
    ...(source !== null && { data: source }),
    ...(layout !== undefined && { layout }),
    ...picturesOf(config),
    ...(bytes !== undefined && { bytes }),
  };
}
