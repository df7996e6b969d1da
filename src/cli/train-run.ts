import { existsSync } from "node:fs";
import path from "node:path";
import type { Dataset, Split } from "../data/index.js";
import type { VaeConfig } from "../model/index.js";
import { commandPlatform, train } from "../node.js";
import type { Engine } from "../runtime/index.js";
import { adam, type AdamOptions, type Optimizer } from "../optim/index.js";
import { writeReport } from "../report/index.js";
import { UserError } from "../tensor/index.js";
import {
  holdsRun,
  readRunConfig,
  recordedThreads,
  type Run,
  type RunConfig,
  shuffles,
} from "../train/index.js";
import type { Settings } from "./settings.js";
import { loadData, recordedBinarization } from "./data.js";
import { defined } from "./defined.js";
import type { Interrupt } from "./interrupt.js";
import { modelFrom, objectiveOf } from "./model.js";
import type { TrainView } from "./views/view.js";

/** Where a run goes unless told otherwise: `runs/mnist-z2`, `runs/mnist-z2-2`, ... */
export function defaultFolder(data: string, z: number): string {
  const name = `${path.basename(path.resolve(data)).toLowerCase()}-z${z}`;
  const first = path.join("runs", name);
  let folder = first;
  for (let i = 2; existsSync(folder); i++) folder = `${first}-${i}`;
  return folder;
}

/** What is to be trained, with everything that a resumed run already says filled in. */
export interface TrainPlan {
  readonly settings: Settings;
  readonly source: NonNullable<Settings["data"]>;
  readonly out: string;
  readonly resume: boolean;
  /** The settings of the run to go on with. */
  readonly before: RunConfig | undefined;
}

/** Decides where and what to train, before anything is read or written but a resumed run's settings. */
export async function planRun(settings: Settings, resume: boolean): Promise<TrainPlan> {
  if (resume && settings.out === undefined) {
    throw new UserError("--resume needs --out, the folder of the run to go on with", 2);
  }
  const before = settings.out === undefined ? undefined : await readRunConfig(settings.out);
  if (before !== undefined && !resume) throw holdsRun(settings.out ?? "");
  const recorded = typeof before?.source === "string" ? before.source : undefined;
  const source = settings.data ?? recorded;
  if (source === undefined) {
    throw new UserError("which data? Give mnist or a folder: latent train mnist", 2);
  }
  const name = typeof source === "string" ? source : "data";
  const out = settings.out ?? defaultFolder(name, settings.z ?? 2);
  return { settings, source, out, resume, before };
}

function optimizerFrom(settings: Settings, before: RunConfig | undefined): Optimizer {
  if (settings.optimizer !== undefined) {
    if (settings.lr === undefined) return settings.optimizer;
    throw new UserError("--lr has no effect on the optimizer of the config file; set it there", 2);
  }
  const saved = before?.optimizer as { readonly name: string; readonly config: AdamOptions } | undefined;
  const known = saved?.name === "adam" ? saved.config : {};
  return adam({ ...known, ...(settings.lr !== undefined && { lr: settings.lr }) });
}

/** A number of the settings, or else of the run to go on with. */
function numberOf(value: number | undefined, saved: unknown): number | undefined {
  return value ?? (typeof saved === "number" ? saved : undefined);
}

/** Reads the data and trains; tells `view` what happens. */
export async function trainRun(plan: TrainPlan, view: TrainView, interrupt: Interrupt): Promise<Run> {
  const { settings, before } = plan;
  // What can be wrong with the options is found before the data are read.
  const optimizer = optimizerFrom(settings, before);
  // The engine starts in a thread of its own while the data are read.
  const starting = commandPlatform.startEngine(
    settings.device ?? "auto",
    settings.threads ?? recordedThreads(before),
  );
  const loading = new AbortController();
  const signal = AbortSignal.any([interrupt.signal, loading.signal]);
  const reading = readData(plan, view, signal);
  reading.catch(() => undefined);
  const failing = starting.then(() => new Promise<never>(() => undefined)); // comes to an end only if the start fails
  let run: Run;
  try {
    const dataset = await Promise.race([reading, failing]);
    run = await trainOnData(dataset, starting, optimizer, plan, view, interrupt);
  } catch (error) {
    loading.abort();
    // The error is told now, however long the engine takes to start.
    starting.then((engine) => engine.close()).catch(() => undefined);
    throw error;
  }
  await (await starting).close();
  return run;
}

function readData({ source, settings }: TrainPlan, view: TrainView, signal: AbortSignal): Promise<Dataset> {
  return loadData(source, {
    signal,
    onProgress: ({ file, received, total }) => view.download(file, received, total),
    ...(settings.memory !== undefined && { memory: settings.memory }),
  });
}

async function trainOnData(
  dataset: Dataset,
  starting: Promise<Engine>,
  optimizer: Optimizer,
  { settings, out, resume, before }: TrainPlan,
  view: TrainView,
  interrupt: Interrupt,
): Promise<Run> {
  const saved = before?.model as unknown as VaeConfig | undefined;
  const validation = numberOf(settings.validation, before?.validation || undefined);
  const seed = numberOf(settings.seed, before?.seed) ?? 0;
  const model = modelFrom(dataset.shape, settings, saved);
  view.data(validation === undefined ? dataset : heldOut(dataset, validation));
  interrupt.signal.throwIfAborted();
  return train(
    model,
    dataset,
    defined({
      objective: settings.objective ?? objectiveOf(before, settings),
      optimizer,
      epochs: numberOf(settings.epochs, before?.epochs),
      batchSize: numberOf(settings.batch, before?.batchSize),
      patience: numberOf(settings.patience, before?.patience),
      validation,
      binarize: settings.binarize ?? recordedBinarization(before),
      shuffle: settings.shuffle ?? shuffles.find((name) => name === before?.shuffle),
      seed,
      device: settings.device,
      threads: settings.threads,
      engine: await starting,
      out,
      resume,
      signal: interrupt.signal,
      onEvent: view.event,
    }),
  );
}

/** The data set with the numbers of examples that it has once some are held out; nothing is copied. */
function heldOut(dataset: Dataset, validation: number): Dataset {
  if (dataset.validation !== undefined) return dataset;
  const count = validation < 1 ? Math.max(1, Math.round(validation * dataset.train.length)) : validation;
  const { train } = dataset;
  const { examples, source } = train;
  const part = (length: number): Split => ({ length, examples, ...(source && { source }) });
  return { ...dataset, train: part(train.length - count), validation: part(count) };
}

/** Draws a finished run; answers the files to name. */
export async function drawRun(run: Run, view: TrainView): Promise<string[]> {
  const { report, pictures, skipped } = await writeReport(run);
  for (const reason of skipped) view.warning(reason);
  return [report, ...pictures];
}
