import type { Dataset } from "./data/portable.js";
import type { Encoding } from "./distributions/index.js";
import {
  type EvaluateOptions,
  evaluateModelIn,
  requireEvaluation,
  requireScoring,
  type Evaluation,
  type ScoreOptions,
  scoreModelIn,
  type Scores,
} from "./evaluate/index.js";
import { Expr } from "./graph/index.js";
import { aWritableFolder, type FolderHandle } from "./model/folder-handle.js";
import { type LoadFilesOptions, loadModelFrom, type ModelSource } from "./model/load-files.js";
import type { TrainedVae, Vae } from "./model/index.js";
import { type Engine, evaluateOn, type Feeds } from "./runtime/index.js";
import type { WebEngineOptions } from "./runtime/web-backend.js";
import { checkTraining, type TrainOptions, trainChecked } from "./runs/portable.js";
import { fitFlowOn, type FlowOptions, type FlowSampler } from "./sampling/index.js";
import { type ChecksOf, requireOptions, type Tensor, UserError } from "./tensor/index.js";
import type { Run } from "./train/portable.js";
import { requireScorer, Scorer, type ScorerOptions } from "./uses/index.js";
import {
  loadChecks,
  openWebBackend,
  placeAndRest,
  startWebEngine,
  type WebOptions,
  webPlatform,
} from "./web-platform.js";

export * from "./common.js";
export {
  type DroppedEntry,
  type DroppedItem,
  type FileLimits,
  filesFromDrop,
  type FilesFromDropOptions,
  type FilesProgress,
  type PictureLabels,
  type PlacedFile,
  readFiles,
  type ReadFilesOptions,
  type SomeFile,
} from "./data/dropped/index.js";
export type { WasmOptions } from "./runtime/wasm.js";
export type {
  FileHandle,
  FileWriter,
  FolderHandle,
  ReadableFolder,
  StoredFile,
} from "./model/folder-handle.js";
export type { LoadFilesOptions, ModelSource } from "./model/load-files.js";
export type { WebDevice, WebEngineOptions } from "./runtime/web-backend.js";
export type { WebWorker, WebWorkerOptions } from "./runtime/web-worker-engine.js";
export { startWebEngine, type WebOptions, webPlatform } from "./web-platform.js";
export type { KeptModel, KeptRun } from "./runs/kept-run.js";
export { type RunStore, runStore, type RunStoreOptions, type StoredRun } from "./runs/run-store.js";
export type { UnzipLimits } from "./runs/run-zip.js";
export { openRun, type RunSource, unzipRun, zipRun } from "./web-runs.js";

/** What `train` takes in a browser. */
export type WebTrainOptions = Omit<TrainOptions, "out" | "device"> &
  WebOptions & {
    /**
     * A folder to keep the run in, with the same files as in Node: `await runStore().folder("first")`, or one that the user
     * has opened for writing.
     */
    readonly out?: FolderHandle | undefined;
  };

const ownChecks = { out: aWritableFolder } as const satisfies ChecksOf<Pick<WebTrainOptions, "out">>;

/**
 * Trains a model on a data set in a browser, in a Web Worker where it can be started (`WebOptions.thread`), so that the page
 * stays alive. The same seed gives the same weights on the same engine, in a worker or not; a run that is kept in `out` and
 * resumed the same as one that was never interrupted. Throws a UserError for bad options, for data that don't fit the
 * model, where another tab trains into `out`, and if the device is lost or out of memory.
 */
export async function train<E extends Encoding>(
  model: Vae<E>,
  dataset: Dataset,
  options: WebTrainOptions = {},
): Promise<Run<E>> {
  const [place, told] = placeAndRest<Omit<WebTrainOptions, keyof WebOptions>>("train", options);
  const { device, threads } = place;
  const asked = { ...told, ...(device && { device }), ...(threads && { threads }) };
  requireOwnEngine(asked.engine, place);
  const checked = checkTraining(model, dataset, asked, ownChecks);
  const { out } = told;
  if (out === undefined) return trainChecked(webPlatform(place), model, dataset, checked);
  const { trainInHandle } = await import("./runs/train-in-handle.js");
  return trainInHandle(webPlatform(place), out, model, dataset, checked);
}

/** Refuses to be told where to compute beside an engine, which says that itself. */
function requireOwnEngine(engine: Engine | undefined, place: WebOptions): void {
  const [name] = Object.entries(place).find(([, value]) => value !== undefined) ?? [];
  if (engine === undefined || name === undefined) return;
  throw new UserError(
    `train: \`${name}\` has no effect where an \`engine\` is given; leave one of them out`,
    2,
  );
}

/**
 * Loads a trained model: from the address of its folder, from its files by name, or from a folder that the user has
 * opened. Throws a UserError that names the file that is missing, damaged or of a later version.
 */
export async function loadModel(
  source: ModelSource,
  options: LoadFilesOptions & WebEngineOptions = {},
): Promise<TrainedVae> {
  requireOptions("loadModel", options, loadChecks);
  return loadModelFrom(source, () => openWebBackend(options), options);
}

/**
 * Measures a trained model on a part of a data set (`EvaluateOptions` says what), in a Web Worker where it can be started.
 * Throws a UserError if the examples don't fit the model, or something asked for isn't defined for its distributions.
 */
export async function evaluateModel(
  model: TrainedVae,
  dataset: Dataset,
  options: EvaluateOptions & WebOptions = {},
): Promise<Evaluation> {
  const [place, measures] = placeAndRest<EvaluateOptions>("evaluateModel", options);
  requireEvaluation(model, dataset, measures);
  return inEngine(place, (engine) => evaluateModelIn(engine, model, dataset, measures));
}

/**
 * Scores every example of a part of a data set by itself, in nats, in a Web Worker where it can be started. Throws a
 * UserError if the examples don't fit the model, or something asked for isn't defined for its distributions.
 */
export async function scoreModel(
  model: TrainedVae,
  dataset: Dataset,
  options: ScoreOptions & WebOptions = {},
): Promise<Scores> {
  const [place, asked] = placeAndRest<ScoreOptions>("scoreModel", options);
  requireScoring(model, dataset, asked);
  return inEngine(place, (engine) => scoreModelIn(engine, model, dataset, asked));
}

/**
 * Opens an engine, in a Web Worker where it can be started, and learns in it what is usual from a data set's training examples, to
 * score others beside it; close it after use. See {@link Scorer} for the scores and what is thrown.
 */
export async function openScorer(
  model: TrainedVae,
  usual: Dataset,
  options: ScorerOptions & WebOptions = {},
): Promise<Scorer> {
  const [place, asked] = placeAndRest<ScorerOptions>("openScorer", options);
  requireScorer(model, usual, asked);
  const engine = await startWebEngine(place);
  try {
    return await Scorer.open(engine, model, usual, asked);
  } catch (error) {
    await engine.close();
    throw error;
  }
}

/** Does `work` in an engine of its own. */
async function inEngine<T>(options: WebOptions, work: (engine: Engine) => Promise<T>): Promise<T> {
  const engine = await startWebEngine(options);
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
}

/** Fits a normalising flow to codes [n, latent], for sampling from what a model has learned of its data. */
export async function fitFlow(
  codes: Tensor<"float32">,
  options: FlowOptions & WebOptions = {},
): Promise<FlowSampler> {
  const [place, asked] = placeAndRest<FlowOptions>("fitFlow", options);
  return fitFlowOn(webPlatform(place), codes, asked);
}

/**
 * Computes an expression, or several by name, on given numbers. Throws a UserError naming the input if one that the
 * expression needs is not fed.
 */
export async function evaluate(expr: Expr, feeds?: Feeds): Promise<Tensor>;
export async function evaluate<K extends string>(
  exprs: Readonly<Record<K, Expr>>,
  feeds?: Feeds,
): Promise<Record<K, Tensor>>;
export async function evaluate(
  what: Expr | Readonly<Record<string, Expr>>,
  feeds: Feeds = {},
): Promise<Tensor | Record<string, Tensor>> {
  const backend = await openWebBackend();
  return what instanceof Expr ? evaluateOn(backend, what, feeds) : evaluateOn(backend, what, feeds);
}
