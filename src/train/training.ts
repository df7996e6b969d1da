import { type Binarization, binarizeDataset, type Dataset, holdOut, type Split } from "../data/portable.js";
import type { Encoding, Json } from "../distributions/index.js";
import { enterSplit, type EngineSplit, type Evaluation, leaveSplit } from "../evaluate/index.js";
import { bundle, TrainedVae, type Vae, vaeConfig } from "../model/index.js";
import { elbo, type Objective } from "../objectives/index.js";
import { adam, type Optimizer } from "../optim/index.js";
import type { Backend, Engine } from "../runtime/index.js";
import { RandomStream, type Tensor, UserError } from "../tensor/index.js";
import type { EpochRecord, TrainEvent } from "./events.js";
import { requireFit } from "./fit.js";
import { EngineState } from "./engine-state.js";
import { type CheckpointSink, TrainLoop } from "./loop.js";
import { type Shuffle, shuffles } from "./order.js";
import { Programs } from "./programs.js";
import type { RunConfig } from "./run-config.js";
import { initialState, type TrainState } from "./state.js";

/** How a model is trained. Every option has a default. */
export interface TrainOptions {
  /** Default `elbo()`. */
  readonly objective?: Objective;
  /** Default `adam({ lr })`. */
  readonly optimizer?: Optimizer;
  /** Learning rate of the default optimiser; default 1e-3. */
  readonly lr?: number;
  /** Passes over the training examples; default 10. */
  readonly epochs?: number;
  /** Examples a step; default 128. The last batch of an epoch may be smaller. */
  readonly batchSize?: number;
  /** Seed of the first weights, the order of examples and the noise; default 0. */
  readonly seed?: number;
  /** `auto` (default), `cpu`, `cuda`, `webgpu`, `wasm`, ... */
  readonly device?: string;
  /** Threads of the CPU engine; default one a core, the cores being shared with other runs of this user. */
  readonly threads?: number;
  /** An engine to train in, in place of one of its own; it is left open. */
  readonly engine?: Engine;
  /** Part (0..1, exclusive) or number of the training examples to hold out for validation; default 0, none. */
  readonly validation?: number;
  /**
   * How the order of examples is drawn (see `Shuffle`); default `full`. `blocks` is for streaming from disks that are
   * slow at reading single examples.
   */
  readonly shuffle?: Shuffle;
  /** How grey levels are made binary (see `Binarization`); default `none`. */
  readonly binarize?: Binarization;
  /**
   * Stop after so many epochs without improvement on the held-out examples; default never. Takes `validation`. A run
   * kept in a folder then ends with the weights of its best epoch, else with those of its last.
   */
  readonly patience?: number;
  /** A folder to keep the run in: settings, metrics, checkpoints, model. */
  readonly out?: string;
  /** Go on with the run in `out`, or start one if there is none; default false. */
  readonly resume?: boolean;
  /** Seconds between checkpoints inside an epoch; default 60. */
  readonly checkpointSeconds?: number;
  /** Ends training after the steps under way; the run is saved and can be resumed. */
  readonly signal?: AbortSignal;
  /** Told of everything that happens; training goes on when it has answered. */
  readonly onEvent?: (event: TrainEvent, current: Current) => void | Promise<void>;
}

/** What can be asked of a run while it goes on. */
export interface Current {
  /** The model with its weights as they are now, all steps submitted so far done. Close it after use. */
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
  /** Keeps the state to start from and the settings. */
  begin(state: TrainState): Promise<void>;
  /** Removes what was made of a new run into which nothing has been trained. */
  discardIfEmpty(): Promise<void>;
  appendMetrics(record: EpochRecord): Promise<void>;
  /** The best state so far, if one has been kept. */
  best(): Promise<TrainState | undefined>;
  /** Keeps the files of the trained model, by name. */
  writeModel(files: Readonly<Record<string, Uint8Array>>): Promise<void>;
}

/** Opens the place of a new run or, with `resume`, of one to go on with, and answers that one's state. */
export type OpenRun = (
  folder: string,
  config: RunConfig,
  resume: boolean,
) => Promise<{ run: RunKeeper; state: TrainState | undefined }>;

function wholeFrom(least: number, name: string, value: number): number {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new UserError(`${name} must be a whole number from ${least}, got ${value}`, 2);
  }
  return value;
}

interface Settings {
  readonly objective: Objective;
  readonly optimizer: Optimizer;
  readonly epochs: number;
  readonly batchSize: number;
  readonly seed: number;
  readonly patience: number | undefined;
  readonly validation: number;
  readonly binarize: Binarization;
  readonly shuffle: Shuffle;
}

function settingsOf(dataset: Dataset, options: TrainOptions): Settings {
  const {
    objective = elbo(),
    lr,
    epochs = 10,
    batchSize = 128,
    seed = 0,
    patience,
    validation = 0,
    binarize = "none",
    shuffle = "full",
  } = options;
  wholeFrom(1, "epochs", epochs);
  wholeFrom(1, "batch", batchSize);
  new RandomStream(seed);
  if (!shuffles.includes(shuffle)) {
    throw new UserError(`shuffle must be one of ${shuffles.join(", ")}, got ${String(shuffle)}`, 2);
  }
  if (patience !== undefined) wholeFrom(1, "patience", patience);
  if (patience !== undefined && validation === 0 && dataset.validation === undefined) {
    throw new UserError("early stopping (patience) needs held-out data: give --validation, such as 0.1", 2);
  }
  if (!(validation >= 0)) throw new UserError(`validation must be 0 or more, got ${validation}`, 2);
  const optimizer = options.optimizer ?? adam(lr === undefined ? {} : { lr });
  return { objective, optimizer, epochs, batchSize, seed, patience, validation, binarize, shuffle };
}

function runConfig(model: Vae, data: Dataset, settings: Settings, options: TrainOptions): RunConfig {
  const { objective, optimizer, epochs, batchSize, seed, patience, validation, binarize, shuffle } = settings;
  return {
    model: vaeConfig(model) as unknown as Json,
    objective: { name: objective.name, config: objective.config },
    optimizer: { name: optimizer.name, config: optimizer.config },
    epochs,
    batchSize,
    seed,
    patience: patience ?? null,
    validation,
    binarize,
    ...(shuffle !== "full" && { shuffle }),
    dataset: { name: data.name, shape: data.shape, train: data.train.length, test: data.test.length },
    source: data.source ?? null,
    device: options.device ?? "auto",
    threads: options.threads ?? null,
  };
}

/** Goes on for more epochs than a finished run had, if asked to; a run that stopped early stays stopped. */
function reopened(state: TrainState, { epochs, patience }: Settings): TrainState {
  const { progress } = state;
  const waited = progress.epoch - (progress.best?.epoch ?? progress.epoch);
  const stoppedEarly = patience !== undefined && waited >= patience;
  return { ...state, progress: { ...progress, finished: progress.epoch >= epochs || stoppedEarly } };
}

/**
 * `trainOn` with a way to keep runs of the platform's own; nothing here reads or writes files. Throws a UserError
 * as `trainOn` does, and if `out` is given where there is no way to keep a run.
 */
export async function trainWith<E extends Encoding>(
  platform: Platform,
  openRun: OpenRun | undefined,
  model: Vae<E>,
  dataset: Dataset,
  options: TrainOptions = {},
): Promise<Run<E>> {
  const settings = settingsOf(dataset, options);
  await requireFit(model, dataset, settings.binarize);
  const held = settings.validation > 0 ? holdOut(dataset, settings.validation, settings.seed) : dataset;
  const data = binarizeDataset(held, settings.binarize);
  const [, monitor] = monitored(data);
  const stored = data.train.examples.dtype;
  if (monitor.examples.dtype !== stored)
    throw new UserError(`${data.name}: all splits must be of one number type`);

  const { out, resume = false, device = "auto", threads } = options;
  if (out !== undefined && openRun === undefined) {
    throw new UserError(
      "runs can't be kept in folders here; leave `out` away and keep the model that comes back",
    );
  }
  // The engine starts and takes the data in, in a thread of its own, while the run is prepared here.
  const starting = Promise.resolve(options.engine ?? platform.startEngine(device, threads));
  const entering = starting.then((engine) => enterSplits(engine, data));
  entering.catch(() => undefined);
  let folder: RunKeeper | undefined;
  try {
    const config = runConfig(model, data, settings, options);
    const opened = out === undefined ? undefined : await openRun?.(out, config, resume);
    folder = opened?.run;
    const found = opened?.state;
    const state =
      found === undefined
        ? initialState(model, settings.optimizer, settings.seed)
        : reopened(found, settings);
    await folder?.begin(state);
    const training = { platform, model, data, settings, options, folder, state, found };
    return await trainIn(await starting, entering, training);
  } catch (error) {
    await folder?.discardIfEmpty();
    throw error;
  } finally {
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
  readonly settings: Settings;
  readonly options: TrainOptions;
  readonly folder: RunKeeper | undefined;
  readonly state: TrainState;
  readonly found: TrainState | undefined;
}

function weightsOf(model: Vae, { tensors }: TrainState): Record<string, Tensor> {
  const names = Object.keys(model.parameters);
  return Object.fromEntries(names.flatMap((name) => (tensors[name] ? [[name, tensors[name]]] : [])));
}

/** The split that is evaluated after each epoch, and its name. */
function monitored({ validation, test }: Dataset): readonly ["validation" | "test", Split] {
  return validation === undefined ? ["test", test] : ["validation", validation];
}

/** The training split and the monitored one in the engine; if one can't be entered, none is. */
async function enterSplits(engine: Engine, data: Dataset): Promise<[EngineSplit, EngineSplit]> {
  const [name, monitor] = monitored(data);
  const entering = [
    enterSplit(engine, "train", data.train, "data:train"),
    enterSplit(engine, name, monitor, "data:monitor"),
  ] as const;
  try {
    return await Promise.all(entering);
  } catch (error) {
    for (const result of await Promise.allSettled(entering))
      if (result.status === "fulfilled") await leaveSplit(result.value);
    throw error;
  }
}

async function trainIn<E extends Encoding>(
  engine: Engine,
  entering: Promise<readonly [EngineSplit, EngineSplit]>,
  training: Training<E>,
): Promise<Run<E>> {
  const { model, data, settings } = training;
  const programs = await Programs.open({
    ...settings,
    engine,
    model,
    stored: data.train.examples.dtype,
    datasetSize: data.train.length,
    monitored: monitored(data)[1].length,
  });
  try {
    return await trainOnSplits(engine, training, await entering, programs);
  } finally {
    await programs.close();
  }
}

async function trainOnSplits<E extends Encoding>(
  engine: Engine,
  training: Training<E>,
  [train, monitor]: readonly [EngineSplit, EngineSplit],
  programs: Programs,
): Promise<Run<E>> {
  const { platform, model, data, settings, options, folder, state, found } = training;
  const inEngine = new EngineState(engine, model, settings.optimizer);
  const weights = async (): Promise<TrainedVae<E>> =>
    new TrainedVae(model, await inEngine.weights(), () => platform.openBackend());
  const tell = options.onEvent ?? (() => undefined);
  const current: Current = { model: weights };
  await inEngine.put(state.tensors);
  const loop = new TrainLoop(
    {
      ...settings,
      engine,
      model,
      programs,
      train,
      monitor,
      sink: folder,
      checkpointSeconds: options.checkpointSeconds ?? 60,
      signal: options.signal,
      onEvent: async (event) => {
        if (event.type === "epoch") {
          const { epoch, step, train, evaluation } = event;
          await folder?.appendMetrics({ epoch, step, train, evaluation });
        }
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
    position: loop.position(),
  };
  await tell(start, current);
  const progress = await loop.run();
  const best = progress.finished && settings.patience !== undefined ? await folder?.best() : undefined;
  const trained =
    best === undefined
      ? await weights()
      : new TrainedVae(model, weightsOf(model, best), () => platform.openBackend());
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
    folder: options.out,
    data,
    objective: settings.objective,
    device: engine.device,
    engine: engine.description,
  };
}
