import { be } from "./catalogue/index.js";
import type { Dataset } from "./data/portable.js";
import { Expr } from "./graph/index.js";
import type { Vae } from "./model/index.js";
import { type Backend, evaluateOn, type Feeds, LocalEngine } from "./runtime/index.js";
import { wasmBackend, type WasmOptions } from "./runtime/wasm.js";
import { type Tensor, UserError } from "./tensor/index.js";
import { type TrainOptions, trainUnkept } from "./runs/portable.js";
import type { Platform, Run } from "./train/portable.js";

export * from "./autodiff/index.js";
export * from "./catalogue/index.js";
export * from "./data/portable.js";
export * from "./distributions/index.js";
export * from "./evaluate/index.js";
export * from "./feed/index.js";
export * from "./graph/index.js";
export * from "./model/index.js";
export * from "./nn/index.js";
export * from "./objectives/index.js";
export * from "./onnx/index.js";
export * from "./ops/index.js";
export * from "./optim/index.js";
export * from "./plot/index.js";
export * from "./runtime/index.js";
export { wasmBackend, type WasmOptions } from "./runtime/wasm.js";
export * from "./runs/portable.js";
export * from "./sampling/index.js";
export * from "./tensor/index.js";
export * from "./train/portable.js";

/**
 * How a browser trains: on ONNX Runtime's WebAssembly engine, in the thread that calls; a page that is to stay
 * alive meanwhile calls it from a worker.
 */
export function webPlatform(options: WasmOptions = {}): Platform {
  const open = (threads = options.threads): Promise<Backend> =>
    wasmBackend({ ...options, ...(threads !== undefined && { threads }) });
  return {
    async startEngine(device, threads) {
      if (device !== "auto" && device !== "wasm") {
        throw new UserError(`browsers train on the device wasm, not on ${device}`, 2);
      }
      return new LocalEngine(await open(threads));
    },
    openBackend: () => open(),
  };
}

/**
 * Trains a model on a data set in a browser; `TrainOptions` says what can be set, except `out`. The same seed
 * gives the same weights on the same engine. Throws a UserError for bad options and data that don't fit the model.
 */
export function train(model: Vae, dataset: Dataset, options: TrainOptions & WasmOptions = {}): Promise<Run> {
  const { wasmPaths, threads } = options;
  const platform = webPlatform({
    ...(wasmPaths !== undefined && { wasmPaths }),
    ...(threads && { threads }),
  });
  return trainUnkept(platform, model, dataset, options, { wasmPaths: be.anything });
}

/** Computes an expression, or several by name, on given numbers; see `evaluateOn` for what is thrown. */
export async function evaluate(expr: Expr, feeds?: Feeds): Promise<Tensor>;
export async function evaluate<K extends string>(
  exprs: Readonly<Record<K, Expr>>,
  feeds?: Feeds,
): Promise<Record<K, Tensor>>;
export async function evaluate(
  what: Expr | Readonly<Record<string, Expr>>,
  feeds: Feeds = {},
): Promise<Tensor | Record<string, Tensor>> {
  const backend = await wasmBackend();
  return what instanceof Expr ? evaluateOn(backend, what, feeds) : evaluateOn(backend, what, feeds);
}
