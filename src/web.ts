import { be } from "./catalogue/index.js";
import type { Dataset } from "./data/portable.js";
import type { Encoding } from "./distributions/index.js";
import {
  type EvaluateOptions,
  evaluateModelIn,
  type Evaluation,
  type ScoreOptions,
  scoreModelIn,
  type Scores,
} from "./evaluate/index.js";
import { Expr } from "./graph/index.js";
import { type LoadFilesOptions, loadModelFrom, type ModelSource } from "./model/load-files.js";
import type { TrainedVae, Vae } from "./model/index.js";
import { type Engine, evaluateOn, type Feeds } from "./runtime/index.js";
import type { WebEngineOptions } from "./runtime/web-backend.js";
import { type TrainOptions, trainUnkept } from "./runs/portable.js";
import { fitFlowOn, type FlowOptions, type FlowSampler } from "./sampling/index.js";
import type { Tensor } from "./tensor/index.js";
import type { Run } from "./train/portable.js";
import { openWebBackend, startWebEngine, type WebOptions, webPlatform } from "./web-platform.js";

export * from "./common.js";
export type { WasmOptions } from "./runtime/wasm.js";
export type { FolderHandle, LoadFilesOptions, ModelSource } from "./model/load-files.js";
export type { WebDevice, WebEngineOptions } from "./runtime/web-backend.js";
export type { WebWorker, WebWorkerOptions } from "./runtime/web-worker-engine.js";
export { startWebEngine, type WebOptions, webPlatform } from "./web-platform.js";

/** What `train` takes in a browser. */
export type WebTrainOptions = Omit<TrainOptions, "out" | "resume" | "checkpointSeconds" | "device"> &
  WebOptions;

/**
 * Trains a model on a data set in a browser, in a Web Worker where it can be started (`WebOptions.thread`), so that the page
 * stays alive. The same seed gives the same weights on the same engine, in a worker or not. Throws a UserError for bad
 * options and data that don't fit the model.
 */
export function train<E extends Encoding>(
  model: Vae<E>,
  dataset: Dataset,
  options: WebTrainOptions = {},
): Promise<Run<E>> {
  const own = { wasmPaths: be.anything, thread: be.anything, worker: be.anything };
  return trainUnkept(webPlatform(options), model, dataset, options, own);
}

/**
 * Loads a trained model: from the address of its folder, from its files by name, or from a folder that the user has
 * opened. Throws a UserError that names the file that is missing, damaged or of a later version.
 */
export function loadModel(
  source: ModelSource,
  options: LoadFilesOptions & WebEngineOptions = {},
): Promise<TrainedVae> {
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
  const { device, threads, wasmPaths, thread, worker, ...measures } = options;
  return inEngine(options, (engine) => evaluateModelIn(engine, model, dataset, measures));
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
  const { device, threads, wasmPaths, thread, worker, ...asked } = options;
  return inEngine(options, (engine) => scoreModelIn(engine, model, dataset, asked));
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
export function fitFlow(
  codes: Tensor<"float32">,
  options: FlowOptions & WebOptions = {},
): Promise<FlowSampler> {
  return fitFlowOn(webPlatform(options), codes, options);
}

/**
 * Computes an expression, or several by name, on given numbers. Throws an Error naming the input if one that the
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
