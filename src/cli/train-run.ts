import {
  binarizeDataset,
  classCount,
  type Dataset,
  heldOutCount,
  type Split,
  tableOf,
} from "../data/index.js";
import type { Vae } from "../model/index.js";
import { commandPlatform, train } from "../node.js";
import type { Engine } from "../runtime/index.js";
import { type Drawn, writeReport } from "../report/index.js";
import {
  holdsRun,
  modelFields,
  modelOf,
  readRunConfig,
  runFile,
  resumedModel,
  part,
  picturesOf,
  resumedTraining,
  type RunConfig,
  settingsOf,
  type Settings,
  type TrainOptions,
  trainingFields,
  withClassifier,
} from "../runs/index.js";
import { generateFrom, samplers } from "../sampling/index.js";
import { UserError } from "../tensor/index.js";
import type { Run, TrainControl, TrainSettings } from "../train/index.js";
import {
  loadData,
  type LoadDataOptions,
  loadRecorded,
  recordedBytes,
  recordedLayout,
  recordedTable,
} from "./data.js";
import { defined } from "./defined.js";
import { type ClaimedFolder, claimFolder } from "./default-folder.js";
import type { Interrupt } from "./interrupt.js";
import { familyLookUp } from "./model.js";
import { trainingCodes } from "./training-codes.js";
import type { TrainView } from "./views/view.js";

/** What is to be trained, with everything that a resumed run already says filled in. */
export interface TrainPlan {
  /** As told. */
  readonly told: Settings;
  /** With what the run to resume says, and defaults. */
  readonly settings: TrainSettings;
  readonly source: NonNullable<Settings["data"]>;
  readonly resume: boolean;
  /** The settings of the run to resume. */
  readonly before: RunConfig | undefined;
  readonly configFile: string | undefined;
}

/** The data and the schema that a plan reads, as they are told. */
export function filesRead({ told, source, before, configFile }: TrainPlan): unknown[] {
  return [source, told.heldOut ?? before?.heldOut, told.schema, configFile];
}

/** Decides what to train, before anything is read or written but a resumed run's settings. */
export async function planRun(told: Settings, resume: boolean, configFile?: string): Promise<TrainPlan> {
  const { out } = told;
  if (resume && out === undefined) {
    throw new UserError("--resume needs --out, the folder of the run to resume", 2);
  }
  const before = out === undefined ? undefined : await readRunConfig(out);
  if (before !== undefined && !resume) throw holdsRun(out ?? "");
  const source = told.data ?? before?.source ?? undefined;
  if (source === undefined) {
    throw new UserError("which data? Give mnist or a folder, such as latent train mnist", 2);
  }
  const training = part(told, trainingFields);
  const settings = settingsOf(
    before === undefined ? training : resumedTraining(training, before, runFile(out)),
  );
  if (settings.sampler !== undefined) samplers.from(settings.sampler);
  return { told, settings, source, resume, before, configFile };
}

/** Reads the data and trains, as `control` lets it; tells `view` what happens. */
export async function trainRun(
  plan: TrainPlan,
  view: TrainView,
  interrupt: Interrupt,
  control?: TrainControl,
): Promise<Run> {
  const { device, threads } = plan.settings;
  // The engine starts in a thread of its own while the data are read.
  const starting = commandPlatform.startEngine(device, threads);
  const loading = new AbortController();
  const signal = AbortSignal.any([interrupt.signal, loading.signal]);
  const reading = readData(plan, view, signal);
  reading.catch(() => undefined);
  const failing = starting.then(() => new Promise<never>(() => undefined)); // comes to an end only if the start fails
  let run: Run;
  try {
    const dataset = await Promise.race([reading, failing]);
    run = await trainOnData(dataset, starting, plan, view, interrupt, control);
  } catch (error) {
    loading.abort();
    // The error is told now, however long the engine takes to start.
    starting.then((engine) => engine.close()).catch(() => undefined);
    throw error;
  }
  await (await starting).close();
  return run;
}

/** What a table is read by. */
function tableTold(
  { schema, heldOut, validation }: Settings,
  before: RunConfig | undefined,
): LoadDataOptions["table"] {
  const recorded = recordedTable(before);
  const held = heldOut ?? validation ?? recorded?.validation;
  return defined({ ...recorded, ...(schema !== undefined && { schema }), validation: held });
}

/** Reads the data of a plan; tells `view` of downloads. */
export async function readData(
  { source, told, before }: TrainPlan,
  view: Pick<TrainView, "download" | "pictures" | "rows">,
  signal?: AbortSignal,
): Promise<Dataset> {
  const layout = told.layout ?? recordedLayout(before);
  const options: LoadDataOptions = {
    ...(signal && { signal }),
    ...(layout !== undefined && { layout }),
    pictures: defined({
      size: told.size,
      fit: told.fit,
      colour: told.colour,
      background: told.background,
      broken: told.broken,
    }),
    recorded: before && picturesOf(before),
    table: tableTold(told, before),
    onPictures: (progress) => view.pictures(progress),
    onRows: (progress) => view.rows(progress),
    onProgress: ({ file, received, total }) => view.download(file, received, total),
    ...defined({ memory: told.memory, bytes: told.bytes ?? recordedBytes(before) }),
  };
  if (told.data !== undefined || typeof source !== "string") return loadData(source, options);
  return loadRecorded(
    source,
    `give its new place as DATA: latent train DATA --out ${told.out} --resume`,
    options,
  );
}

/** Settings for data of which examples are held out already, as of tables. */
function withoutHeldOut(told: Settings): Settings {
  const rest = { ...told };
  delete rest.validation;
  return rest;
}

/** The model and the settings that a plan comes to, now that its data are known. */
export function toTrain(
  { told: all, settings: planned, before }: TrainPlan,
  dataset: Dataset,
): { readonly settings: TrainSettings; readonly model: Vae } {
  const told = dataset.schema !== undefined && tableOf(dataset.schema) ? withoutHeldOut(all) : all;
  const settings = before === undefined ? settingsOf(part(told, trainingFields), dataset) : planned;
  const modelTold = part(told, modelFields);
  const whole =
    before === undefined
      ? withClassifier(modelTold, settings.objective.name)
      : resumedModel(modelTold, before.model, familyLookUp(told, before.configFile));
  return { settings, model: modelOf(dataset, whole, classCount(dataset)) };
}

async function trainOnData(
  dataset: Dataset,
  starting: Promise<Engine>,
  plan: TrainPlan,
  view: TrainView,
  interrupt: Interrupt,
  control: TrainControl | undefined,
): Promise<Run> {
  const { told, source, resume, configFile } = plan;
  const { settings, model } = toTrain(plan, dataset);
  view.data(settings.validation === 0 ? dataset : heldOut(dataset, settings.validation));
  interrupt.signal.throwIfAborted();
  const claimed: ClaimedFolder =
    told.out === undefined
      ? await claimFolder(typeof source === "string" ? source : "data", model.latent)
      : { folder: told.out, giveBack: () => Promise.resolve() };
  try {
    return await train(model, dataset, {
      ...settings,
      ...takenOff(told),
      engine: await starting,
      out: claimed.folder,
      resume,
      configFile,
      signal: interrupt.signal,
      control,
      onEvent: view.event,
    });
  } catch (error) {
    await claimed.giveBack();
    throw error;
  }
}

/** What is told to be taken off the run that is resumed: left out, it would be as it was. */
function takenOff(told: Settings): TrainOptions {
  const training = Object.entries(part(told, trainingFields));
  return Object.fromEntries(training.filter(([, value]) => value === "none"));
}

/** The data set with the numbers of examples that it has once some are held out; nothing is copied. */
function heldOut(dataset: Dataset, validation: number): Dataset {
  const { train } = dataset;
  const count = heldOutCount(train.length, validation);
  if (dataset.validation !== undefined || count >= train.length) return dataset; // refused by `holdOut`
  const { examples, source } = train;
  const part = (length: number): Split => ({ length, examples, ...(source && { source }) });
  const held = `${count.toLocaleString("en-US")} example${count === 1 ? "" : "s"} held out for validation`;
  const note = `${held}, drawn at random from ${train.length.toLocaleString("en-US")}.`;
  return {
    ...dataset,
    train: part(train.length - count),
    validation: part(count),
    notes: [...dataset.notes, note],
  };
}

/** So many new examples are shown. */
const shown = 64;

/** New examples of a run, where something else than the prior draws them. */
async function drawnBy(
  { model, data }: Run,
  { sampler: spec, binarize }: TrainSettings,
): Promise<Drawn | undefined> {
  if (spec === undefined) return undefined;
  const seen = binarize === "dynamic" ? binarizeDataset(data, "static") : data;
  const codes = () => trainingCodes(model, seen);
  const sampler = await samplers.from(spec)({ model, platform: commandPlatform, codes });
  if (sampler.name === "prior") return undefined;
  const condition = model.classes && model.drawClasses(shown);
  const examples = await generateFrom(model, sampler, shown, 0, { ...(condition && { condition }) });
  return { examples, by: sampler.description };
}

/** Draws a finished run; returns the files to name. */
export async function drawRun(run: Run, settings: TrainSettings, view: TrainView): Promise<string[]> {
  const { report, pictures, skipped } = await writeReport(run, undefined, await drawnBy(run, settings));
  for (const reason of skipped) view.warning(reason);
  return [report, ...pictures];
}
