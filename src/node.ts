import type { Dataset } from "./data/index.js";
import type { Encoding } from "./distributions/index.js";
import { Expr } from "./graph/index.js";
import { type EvaluateOptions, evaluateModelIn, type Evaluation } from "./evaluate/index.js";
import type { TrainedVae, Vae } from "./model/index.js";
import { chooseDevice, type DeviceName } from "./runtime/devices.js";
import { type Backend, type Engine, evaluateOn, type Feeds } from "./runtime/index.js";
import { warnOfMissingNative } from "./runtime/missing-native.js";
import { loadOrtNode, sharingBackend } from "./runtime/node.js";
import { enterShare, leaveShare } from "./runtime/shares.js";
import { wasmBackend } from "./runtime/wasm.js";
import { startWorkerEngine } from "./runtime/worker-engine.js";
import { fitFlowOn, type FlowOptions, type FlowSampler } from "./sampling/index.js";
import type { Tensor } from "./tensor/index.js";
import {
  type LoadOptions,
  loadModelOn,
  type Platform,
  type Run,
  type TrainOptions,
  trainOn,
} from "./train/index.js";

/** The same engine, described or closed otherwise. */
function altered(engine: Engine, changes: Partial<Pick<Engine, "description" | "close">>): Engine {
  return {
    device: engine.device,
    description: engine.description,
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
  return sharingBackend();
}

/** An engine in a worker that is seen by other engines on the CPU until it is closed or its process ends. */
async function startSharingEngine(device: DeviceName, threads: number | undefined): Promise<Engine> {
  if (device !== "cpu") return startWorkerEngine({ device, ...(threads ? { threads } : {}) });
  const share = enterShare(threads);
  try {
    const engine = await startWorkerEngine({ device, share, ...(threads ? { threads } : {}) });
    return altered(engine, { close: () => engine.close().finally(() => leaveShare(share)) });
  } catch (error) {
    leaveShare(share);
    throw error;
  }
}

/**
 * How Node trains: in a worker thread, on the device that `chooseDevice` names; trained models run in the caller's
 * thread, on the CPU. An engine that was chosen by `auto` says why in its description. Engines on the CPU share its
 * cores with the others of this user, unless they were told how many threads to take.
 */
export const nodePlatform: Platform = {
  async startEngine(name, threads) {
    const { device, reason } = await chooseDevice(name);
    if (name === "auto" && device === "wasm") await loadOrtNode().catch(warnOfMissingNative);
    const engine = await startSharingEngine(device, threads);
    return name === "auto" ? altered(engine, { description: `${engine.description}; ${reason}` }) : engine;
  },
  openBackend,
};

/** Trains a model on a data set; see {@link TrainOptions} for what can be set and {@link trainOn} for what is thrown. */
export function train<E extends Encoding>(
  model: Vae<E>,
  dataset: Dataset,
  options: TrainOptions = {},
): Promise<Run<E>> {
  return trainOn(nodePlatform, model, dataset, options);
}

/** Loads a trained model out of a run's folder or a model folder; see {@link loadModelOn} for what is thrown. */
export function loadModel(folder: string, options: LoadOptions = {}): Promise<TrainedVae> {
  return loadModelOn(nodePlatform, folder, options);
}

/** Measures a trained model on a part of a data set; see {@link evaluateModelIn}. */
export async function evaluateModel(
  model: TrainedVae,
  dataset: Dataset,
  options: EvaluateOptions & Pick<TrainOptions, "device" | "threads"> = {},
): Promise<Evaluation> {
  const engine = await nodePlatform.startEngine(options.device ?? "auto", options.threads);
  try {
    return await evaluateModelIn(engine, model, dataset, options);
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
 * Throws an Error naming the input if one that the expression needs is not fed.
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
