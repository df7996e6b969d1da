import {
  type Binarization,
  type Dataset,
  type ExampleSchema,
  type Standardization,
  standardizationOf,
} from "../data/portable.js";
import type { Encoding } from "../distributions/index.js";
import type { Evaluation } from "../evaluate/index.js";
import {
  type Balance,
  dealtBy,
  type EngineSplit,
  leaveSplit,
  requireBalance,
  type Shuffle,
} from "../feed/index.js";
import { bundle, TrainedVae, type Vae, weightsOf } from "../model/index.js";
import { type Objective, requireLeastBatch } from "../objectives/index.js";
import type { Schedule, ScheduledPace, UpdateRule } from "../optim/index.js";
import type { Backend, Engine } from "../runtime/index.js";
import { UserError } from "../tensor/index.js";
import { averageAdvice, idleRateAdvice, otherThreads, warmupAdvice, wideDataAdvice } from "./advice.js";
import type { Change, EpochRecord, TrainEvent } from "./events.js";
import { RunControl, type TrainControl } from "./control.js";
import { paceOf, risenRate } from "./run-pace.js";
import { EngineState } from "./engine-state.js";
import { type CheckpointSink, TrainLoop } from "./loop.js";
import { Programs } from "./programs.js";
import { enterSplits, monitored, prepareExamples } from "./examples.js";
import { initialState, madeWeights, reopened, requireState, type TrainState } from "./state.js";

/** Everything that training goes by, checked and complete. */
export interface TrainSettings extends UpdateRule {
  readonly objective: Objective;
  /** How the learning rate goes. */
  readonly schedule: Schedule;
  readonly epochs: number;
  readonly batchSize: number;
  readonly seed: number;
  /** Part (0..1, exclusive) or number of the training examples to hold out; 0 for none. */
  readonly validation: number;
  readonly patience: number | undefined;
  readonly binarize: Binarization;
  /** How pictures are changed at random in training, such as `flip,shift(2)`; evaluation sees them as they are. */
  readonly augment: string | undefined;
  /** How numbers are standardised over the training examples; `true` is `all` for pictures, `each` for all else. */
  readonly standardize: boolean | Standardization;
  readonly shuffle: Shuffle;
  /** What new examples are drawn by: recorded for who draws some, of no matter in training. */
  readonly sampler: string | undefined;
  readonly balance: Balance;
  /** How many of the training examples keep their labels; default all. */
  readonly labelled: number | undefined;
  readonly device: string;
  readonly threads: number | undefined;
}

/** What a training run is given beside its settings. */
export interface TrainSurroundings {
  /** An engine to train in, in place of one of its own; it is left open. */
  readonly engine?: Engine | undefined;
  /** A folder to keep the run in: settings, metrics, checkpoints, model. */
  readonly out?: string | undefined;
  /**
   * Resume the run in `out`, or start one if there is none; default false. A resumed run keeps its settings: those that
   * are not given again are taken from it.
   */
  readonly resume?: boolean | undefined;
  /** Seconds between checkpoints inside an epoch; default 60. */
  readonly checkpointSeconds?: number | undefined;
  /** The settings file that the run is told by: recorded, to be named where something of it is missing later. */
  readonly configFile?: string | undefined;
  /** Ends training after the steps under way; the run is saved and can be resumed. */
  readonly signal?: AbortSignal | undefined;
  /** Pauses the run, lets it go on, or goes through it step by step: `trainControl()` makes one. */
  readonly control?: TrainControl | undefined;
  /** Told of everything that happens; training waits until the Promise that it may return has settled. */
  readonly onEvent?: ((event: TrainEvent, current: Current) => void | Promise<void>) | undefined;
}

/** What can be asked of a run while it goes on, whenever its engine is open: from the `start` event to its end. */
export interface Current {
  /**
   * The model with its weights as they are now, all steps submitted so far done: a copy of the weights, and nothing is
   * compiled before it is used. It may be asked for as often as one likes; close it after use.
   */
  model(): Promise<TrainedVae>;
}

/** A run that has ended or been interrupted. */
export interface Run<E extends Encoding = Encoding> {
  readonly model: TrainedVae<E>;
  readonly history: readonly EpochRecord[];
  /** The evaluation of the epoch whose weights `model` has, if an epoch was finished. */
  readonly evaluation: Evaluation | undefined;
  /** False if the run was interrupted. */
  readonly finished: boolean;
  /** Steps trained by this call: 0 if the run that was resumed had ended before. */
  readonly stepsTrained: number;
  /** The folder that holds the run. */
  readonly folder: string | undefined;
  /** The data as trained on, validation held out. */
  readonly data: Dataset;
  readonly objective: Objective;
  /** What it was trained on, such as `cpu`, and a line about the engine. */
  readonly device: string;
  readonly engine: string;
}

/** What `train` needs from the platform it runs on. */
export interface Platform {
  startEngine(device: string, threads: number | undefined): Promise<Engine>;
  /** Opens the backend that a trained model runs on. */
  openBackend(): Promise<Backend>;
}

/** A place that keeps a run: in Node, a folder. */
export interface RunKeeper extends CheckpointSink {
  /**
   * Keeps the state to start from and the settings, with the number of threads that the engine takes. Returns warnings
   * about what was found in the place.
   */
  begin(state: TrainState, threads: number | null): Promise<readonly string[]>;
  /** Removes what was made of a new run into which nothing has been trained. */
  discardIfEmpty(): Promise<void>;
  /** Gives the place free for others. */
  close(): Promise<void>;
  appendMetrics(record: EpochRecord): Promise<void>;
  /** The best state so far, if one has been kept. */
  best(): Promise<TrainState | undefined>;
  /** Keeps the files of the trained model, by name. */
  writeModel(files: Readonly<Record<string, Uint8Array>>): Promise<void>;
}

/** A run as the place that keeps it records it. */
export interface RunDescription {
  readonly model: Vae;
  /** As trained on, validation held out. */
  readonly data: Dataset;
  /** How its examples are read, with what was learned of the training examples. */
  readonly schema: ExampleSchema;
  readonly settings: RunSettings;
  readonly configFile: string | undefined;
}

/** Settings of a run whose data are known. */
export interface RunSettings extends TrainSettings {
  readonly standardize: Standardization;
}

/** A run's place, with the state of the run that it held, and what a resumed run does otherwise than before. */
export interface OpenedRun {
  readonly run: RunKeeper;
  readonly state: TrainState | undefined;
  readonly changed: readonly Change[];
  /** How the run to resume reads its examples. */
  readonly schema?: ExampleSchema;
  /** The number of threads that the run to resume was trained with, if it says. */
  readonly threads?: number | null;
  /** The epochs that it was to be trained for. */
  readonly epochs?: number;
}

/** Opens the place of a new run or, with `resume`, of one to resume. */
export type OpenRun = (folder: string, described: RunDescription, resume: boolean) => Promise<OpenedRun>;

function requireHeldOut(dataset: Dataset, { patience, validation }: TrainSettings): void {
  if (patience === undefined || validation > 0 || dataset.validation !== undefined) return;
  throw new UserError(
    "early stopping (`patience`) needs held-out examples: give `validation`, such as 0.1",
    2,
  );
}

/** The way of standardising that suits the data, where the settings leave that open. */
export function settled(told: TrainSettings, { kind, name, train }: Dataset): RunSettings {
  const standardize = standardizationOf(told.standardize, kind);
  requireBalance(told, train.labels, name);
  if (standardize === "none" || told.binarize === "none") return { ...told, standardize };
  throw new UserError("numbers are either standardised or made binary: give `standardize` or `binarize`", 2);
}

/**
 * Trains with a way to keep runs of the platform's own; nothing here reads or writes files. Throws a UserError
 * for data that don't fit the model, and if `out` is given where there is no way to keep a run.
 */
export async function trainWith<E extends Encoding>(
  platform: Platform,
  openRun: OpenRun | undefined,
  model: Vae<E>,
  dataset: Dataset,
  told: TrainSettings,
  options: TrainSurroundings = {},
): Promise<Run<E>> {
  const settings = settled(told, dataset);
  requireHeldOut(dataset, settings);
  const { data, schema: learned } = await prepareExamples(model, dataset, settings);
  requireLeastBatch(settings.objective, settings.batchSize, data.train.length);

  const { out, resume = false, configFile } = options;
  if (out !== undefined && openRun === undefined) {
    throw new UserError(
      "runs can't be kept in folders here; leave `out` away and keep the model that comes back",
    );
  }
  // The engine starts and takes the data in, in a thread of its own, while the run is prepared here.
  const starting = Promise.resolve(options.engine ?? platform.startEngine(settings.device, settings.threads));
  const entering = starting.then((engine) => enterSplits(engine, model, data));
  entering.catch(() => undefined);
  let folder: RunKeeper | undefined;
  try {
    const described = { model, data, schema: learned, settings, configFile };
    const opened = out === undefined ? undefined : await openRun?.(out, described, resume);
    folder = opened?.run;
    const found = opened?.state;
    const schema = opened?.schema ?? learned;
    const state =
      found === undefined ? initialState(model, settings, settings.seed) : reopened(found, settings);
    if (found !== undefined) requireState(found, model, settings, out ?? "the run");
    const engine = await starting;
    const warnings = [...((await folder?.begin(state, engine.threads)) ?? [])];
    const before = opened?.threads ?? null;
    if (before !== null && before !== engine.threads) warnings.push(otherThreads(before, engine.threads));
    const wide = wideDataAdvice(schema, model.likelihood);
    if (wide !== undefined) warnings.push(wide);
    const risen = risenRate(settings, opened?.epochs, data.train.length, state);
    const changed = [...(opened?.changed ?? []), ...(risen === undefined ? [] : [risen])];
    const training = {
      platform,
      model,
      data,
      schema,
      settings,
      options,
      folder,
      state,
      found,
      changed,
      warnings,
    };
    return await trainIn(engine, entering, training);
  } catch (error) {
    await folder?.discardIfEmpty();
    throw error;
  } finally {
    await folder?.close();
    try {
      for (const split of (await entering.catch(() => undefined)) ?? []) await leaveSplit(split);
    } finally {
      if (options.engine === undefined) await (await starting.catch(() => undefined))?.close();
    }
  }
}

interface Training<E extends Encoding> {
  readonly platform: Platform;
  readonly model: Vae<E>;
  readonly data: Dataset;
  readonly schema: ExampleSchema;
  readonly settings: RunSettings;
  readonly options: TrainSurroundings;
  readonly folder: RunKeeper | undefined;
  readonly state: TrainState;
  readonly found: TrainState | undefined;
  readonly changed: readonly Change[];
  readonly warnings: readonly string[];
}

async function trainIn<E extends Encoding>(
  engine: Engine,
  entering: Promise<readonly [EngineSplit, EngineSplit]>,
  training: Training<E>,
): Promise<Run<E>> {
  const { model, data, schema, settings, state } = training;
  const pace = paceOf(settings, data.train.length, state);
  const inEngine = new EngineState(engine, model, settings);
  const programs = await Programs.open({
    ...settings,
    engine,
    model,
    schema,
    pace,
    evaluated: inEngine.made,
    stored: data.train.examples.dtype,
    datasetSize: data.train.length,
    monitored: monitored(data)[1].length,
  });
  try {
    return await trainOnSplits(engine, training, await entering, { programs, pace, inEngine });
  } finally {
    await programs.close();
  }
}

/** What was opened for a run in its engine. */
interface Opened {
  readonly programs: Programs;
  readonly pace: ScheduledPace;
  readonly inEngine: EngineState;
}

async function trainOnSplits<E extends Encoding>(
  engine: Engine,
  training: Training<E>,
  [train, monitor]: readonly [EngineSplit, EngineSplit],
  { programs, pace, inEngine }: Opened,
): Promise<Run<E>> {
  const { platform, model, data, schema, settings, options, folder, state, found, changed } = training;
  const weights = async (): Promise<TrainedVae<E>> =>
    new TrainedVae(model, await inEngine.weights(), () => platform.openBackend(), schema);
  const tell = options.onEvent ?? (() => undefined);
  const current: Current = { model: weights };
  await inEngine.put(state.tensors);
  const loop = new TrainLoop(
    {
      ...settings,
      engine,
      model,
      schema,
      pace,
      programs,
      train,
      monitor,
      dealt: dealtBy(settings.balance, data.train.labels),
      sink: folder,
      checkpointSeconds: options.checkpointSeconds ?? 60,
      signal: options.signal,
      control: options.control instanceof RunControl ? options.control : undefined,
      onEvent: async (event, record) => {
        if (record !== undefined) await folder?.appendMetrics(record);
        await tell(event, current);
      },
    },
    state,
  );
  const start: TrainEvent = {
    type: "start",
    device: engine.device,
    engine: engine.description,
    model: model.describe(),
    objective: settings.objective.name,
    resumedAt: found?.progress.step,
    changed,
    position: loop.position(),
  };
  await tell(start, current);
  const average = settings.ema === undefined ? undefined : averageAdvice(settings.ema, pace.updates);
  const idle = idleRateAdvice(settings, model);
  const slow = warmupAdvice(settings.schedule, pace.updates);
  for (const message of [...training.warnings, average, idle, slow]) {
    if (message !== undefined) await tell({ type: "warning", message }, current);
  }
  if (state.progress.finished) {
    await tell({ type: "stopped", reason: "already finished", position: loop.position() }, current);
  }
  const progress = await loop.run();
  const best = progress.finished && settings.patience !== undefined ? await folder?.best() : undefined;
  const trained =
    best === undefined
      ? await weights()
      : new TrainedVae(
          model,
          weightsOf(model, madeWeights(best.tensors), options.out ?? "the run"),
          () => platform.openBackend(),
          schema,
        );
  const epoch = best === undefined ? progress.epoch : best.progress.best?.epoch;
  const evaluation = (progress.history.find((record) => record.epoch === epoch) ?? progress.history.at(-1))
    ?.evaluation;
  if (folder !== undefined && progress.finished) {
    const about = {
      dataset: data.name,
      classes: data.classes ?? null,
      objective: settings.objective.name,
      binarize: settings.binarize,
      evaluation,
    };
    await folder.writeModel(bundle(trained, about));
  }
  return {
    model: trained,
    history: progress.history,
    evaluation,
    finished: progress.finished,
    stepsTrained: progress.step - state.progress.step,
    folder: options.out,
    data,
    objective: settings.objective,
    device: engine.device,
    engine: engine.description,
  };
}
