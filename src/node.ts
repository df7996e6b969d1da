import { be } from "./catalogue/index.js";
import type { Dataset } from "./data/index.js";
import type { Encoding } from "./distributions/index.js";
import { Expr } from "./graph/index.js";
import {
  type EvaluateOptions,
  evaluateModelIn,
  type Evaluation,
  requireEvaluation,
  type ScoreOptions,
  requireScoring,
  scoreModelIn,
  type Scores,
} from "./evaluate/index.js";
import type { TrainedVae, Vae } from "./model/index.js";
import { chooseDevice } from "./runtime/devices.js";
import { type Backend, type Engine, evaluateOn, type Feeds } from "./runtime/index.js";
import { warnOfMissingNative } from "./runtime/missing-native.js";
import { loadOrtNode, nodeBackend } from "./runtime/node.js";
import { wasmBackend } from "./runtime/wasm.js";
import { startWorkerEngine } from "./runtime/worker-engine.js";
import { writeReport } from "./report/index.js";
import { fitFlowOn, type FlowOptions, type FlowSampler } from "./sampling/index.js";
import { type Tensor, UserError } from "./tensor/index.js";
import {
  type ExportTorchOptions,
  exportTorchOn,
  type ExportTrainingOptions,
  exportTrainingOn,
  type ImportTorchOptions,
  importTorchOn,
  type LoadOptions,
  loadModelOn,
  type TorchImport,
  type TrainOptions,
  trainOn,
} from "./runs/index.js";
import type { Platform, Run, TrainingCard } from "./train/index.js";
import { requireScorer, Scorer, type ScorerOptions } from "./uses/index.js";

/** The same engine, described otherwise. */
function altered(engine: Engine, changes: Partial<Pick<Engine, "description">>): Engine {
  return {
    device: engine.device,
    description: engine.description,
    threads: engine.threads,
    loops: engine.loops,
    extensions: engine.extensions,
    open: (...args) => engine.open(...args),
    put: (...args) => engine.put(...args),
    take: (...args) => engine.take(...args),
    run: (...args) => engine.run(...args),
    release: (...args) => engine.release(...args),
    close: () => engine.close(),
    ...changes,
  };
}

/** The native engine on the CPU or, where `onnxruntime-node` can't be loaded, the WebAssembly one. */
async function openBackend(): Promise<Backend> {
  try {
    await loadOrtNode();
  } catch (error) {
    warnOfMissingNative(error);
    return wasmBackend();
  }
  return nodeBackend();
}

function nodePlatformOf(polite: boolean): Platform {
  return {
    async startEngine(name, threads) {
      const { device, reason } = await chooseDevice(name);
      if (name === "auto" && device === "wasm") await loadOrtNode().catch(warnOfMissingNative);
      const engine = await startWorkerEngine({ device, polite, ...(threads && { threads }) });
      return name === "auto" ? altered(engine, { description: `${engine.description}; ${reason}` }) : engine;
    },
    openBackend,
  };
}

/**
 * How Node trains: in a worker thread, on the device that `chooseDevice` names; trained models run in the caller's
 * thread, on the CPU. An engine that was chosen by `auto` says why in its description. It takes one thread a core unless
 * told otherwise, and keeps to that.
 */
export const nodePlatform: Platform = nodePlatformOf(false);

/** The same for the command line, whose runs share the machine with other programs (see `sharingBackend`). */
export const commandPlatform: Platform = nodePlatformOf(true);

/** How a model is trained in Node. */
export interface NodeTrainOptions extends TrainOptions {
  /**
   * Draw pictures and `report.html` into the run's folder once it has finished, as the command does (`writeReport`);
   * default false. Takes `out`.
   */
  readonly pictures?: boolean;
}

/** Trains a model on a data set; see {@link NodeTrainOptions} for what can be set and {@link trainOn} for what is thrown. */
export async function train<E extends Encoding>(
  model: Vae<E>,
  dataset: Dataset,
  options: NodeTrainOptions = {},
): Promise<Run<E>> {
  const { pictures = false, out } = (options ?? {}) as Partial<NodeTrainOptions>;
  if (pictures === true && out === undefined) {
    throw new UserError("train: pictures need a folder to be drawn into: give `out`", 2);
  }
  const run = await trainOn(nodePlatform, model, dataset, options, { pictures: be.boolean });
  if (pictures && run.finished) await writeReport(run);
  return run;
}

/** Loads a trained model out of a run's folder or a model folder; see {@link loadModelOn} for what is thrown. */
export function loadModel(folder: string, options: LoadOptions = {}): Promise<TrainedVae> {
  return loadModelOn(nodePlatform, folder, options);
}

/**
 * A model with the weights of a PyTorch `state_dict`: a safetensors file, or its bytes. See {@link importTorchOn} for how names
 * are matched and what is thrown.
 *
 *     const { model } = await importTorch("vae.safetensors", vae({ input: [28, 28], latent: 20 }));
 */
export function importTorch(
  source: string | Uint8Array,
  definition: Vae,
  options: ImportTorchOptions = {},
): Promise<TorchImport> {
  return importTorchOn(nodePlatform, source, definition, options);
}

/**
 * The weights of a run's or model's folder, or of a model, as the bytes of a safetensors file that is a PyTorch `state_dict`.
 * See {@link exportTorchOn}.
 */
export function exportTorch(
  source: string | TrainedVae,
  options: ExportTorchOptions = {},
): Promise<Uint8Array> {
  return exportTorchOn(nodePlatform, source, options);
}

/**
 * Writes what `train` would do as ONNX for other hosts: `train.onnx`, `start.onnx` and `training.json`, which describes them. See
 * {@link exportTrainingOn}, and docs/elsewhere.md for how it is run.
 *
 *     await exportTraining(model, mnist, { epochs: 10, seed: 0, out: "training" });
 */
export function exportTraining(
  model: Vae,
  dataset: Dataset,
  options: ExportTrainingOptions,
): Promise<TrainingCard> {
  return exportTrainingOn(nodePlatform, model, dataset, options);
}

const enginePlace = { device: be.text, threads: be.whole(1, 1024) };

/** Measures a trained model on a part of a data set; see {@link evaluateModelIn}. */
export async function evaluateModel(
  model: TrainedVae,
  dataset: Dataset,
  options: EvaluateOptions & Pick<TrainOptions, "device" | "threads"> = {},
): Promise<Evaluation> {
  requireEvaluation(model, dataset, options, enginePlace);
  const { device = "auto", threads, ...asked } = options;
  return inEngine(device, threads, (engine) => evaluateModelIn(engine, model, dataset, asked));
}

/** Scores every example of a part of a data set by itself, in nats; see {@link scoreModelIn}. */
export async function scoreModel(
  model: TrainedVae,
  dataset: Dataset,
  options: ScoreOptions & Pick<TrainOptions, "device" | "threads"> = {},
): Promise<Scores> {
  requireScoring(model, dataset, options, enginePlace);
  const { device = "auto", threads, ...rest } = options;
  return inEngine(device, threads, (engine) => scoreModelIn(engine, model, dataset, rest));
}

/**
 * Opens an engine and learns in it what is usual from a data set's training examples, to score others beside it; close it after
 * use. See {@link Scorer} for the scores and what is thrown.
 *
 *     const scorer = await openScorer(model, mnist);
 *     const { columns } = await scorer.score(mnist);
 *     const flagged = columns.recommended.map((score) => score > scorer.threshold(0.01));
 *     await scorer.close();
 */
export async function openScorer(
  model: TrainedVae,
  usual: Dataset,
  options: ScorerOptions & Pick<TrainOptions, "device" | "threads"> = {},
): Promise<Scorer> {
  requireScorer(model, usual, options, enginePlace);
  const { device = "auto", threads, ...rest } = options;
  const engine = await nodePlatform.startEngine(device, threads);
  try {
    return await Scorer.open(engine, model, usual, rest);
  } catch (error) {
    await engine.close();
    throw error;
  }
}

/** Does `work` in an engine of its own. */
async function inEngine<T>(
  device: string,
  threads: number | undefined,
  work: (engine: Engine) => Promise<T>,
): Promise<T> {
  const engine = await nodePlatform.startEngine(device, threads);
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
}

/** Fits a normalising flow to codes [n, latent]; see {@link fitFlowOn}. */
export function fitFlow(codes: Tensor<"float32">, options: FlowOptions = {}): Promise<FlowSampler> {
  return fitFlowOn(nodePlatform, codes, options);
}

/**
 * Computes an expression, or several by name, on given numbers, on the CPU (natively, else in WebAssembly).
 *
 *     const x = input("x", "float64", ["n"]);
 *     await evaluate(normal.of({ loc: 0, scale: 1 }).logProb(x), { x: [0, 1] });
 *
 * Throws a UserError naming the input if one that the expression needs is not fed.
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
  const backend = await openBackend();
  return what instanceof Expr ? evaluateOn(backend, what, feeds) : evaluateOn(backend, what, feeds);
}
