import type { Dataset } from "./data/index.js";
import { suggestion } from "./distributions/index.js";
import { Expr } from "./graph/index.js";
import { type EvaluateOptions, evaluateModelIn, type Evaluation } from "./evaluate/index.js";
import type { TrainedVae, Vae } from "./model/index.js";
import { evaluateOn, type Feeds } from "./runtime/index.js";
import { loadOrtNode, nodeBackend } from "./runtime/node.js";
import { startWorkerEngine } from "./runtime/worker-engine.js";
import { type Tensor, UserError } from "./tensor/index.js";
import {
  type LoadOptions,
  loadModelOn,
  type Platform,
  type Run,
  type TrainOptions,
  trainOn,
} from "./train/index.js";

const devices = ["auto", "cpu", "cuda", "webgpu", "dml", "coreml", "wasm"];

const native = ["cuda", "webgpu", "dml", "coreml"];

/** ONNX Runtime itself would fall back to the CPU, saying so on standard error only. */
async function requireSupported(device: string): Promise<void> {
  const loaded = (await loadOrtNode()) as {
    listSupportedBackends?: () => readonly { readonly name: string }[];
  };
  const names = loaded.listSupportedBackends?.().map(({ name }) => name) ?? [];
  if (names.includes(device)) return;
  throw new UserError(
    `--device ${device} can't be used: ONNX Runtime has ${names.join(", ")} on this machine`,
  );
}

/** How Node trains: in a worker thread; trained models run in the caller's thread. */
export const nodePlatform: Platform = {
  async startEngine(device, threads) {
    if (!devices.includes(device)) {
      throw new UserError(`there is no device "${device}" (--device); ${suggestion(device, devices)}`, 2);
    }
    if (native.includes(device)) await requireSupported(device);
    return startWorkerEngine({
      device: device === "auto" ? "cpu" : (device as "cpu"),
      ...(threads ? { threads } : {}),
    });
  },
  openBackend: () => nodeBackend(),
};

/** Trains a model on a data set; see {@link TrainOptions} for what can be set and {@link trainOn} for what is thrown. */
export function train(model: Vae, dataset: Dataset, options: TrainOptions = {}): Promise<Run> {
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

/**
 * Computes an expression, or several by name, on given numbers, on the CPU.
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
  const backend = await nodeBackend();
  return what instanceof Expr ? evaluateOn(backend, what, feeds) : evaluateOn(backend, what, feeds);
}
