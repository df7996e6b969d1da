import { constant, input } from "../graph/index.js";
import type { CheckEvaluate, Layer, LayerCheck, Mode, ParameterSpecs, Reference } from "../nn/index.js";
import { checkLayer, evaluationContext, RunningState, stateSpecs } from "../nn/index.js";
import { type Prepared, prepareOn } from "../runtime/index.js";
import { toNumbers } from "../tensor/index.js";
import { testBackend } from "./check-op.js";
import { NoiseFeed } from "./noise-feed.js";

/** The graph that was computed last, still open: checks compute one graph on many numbers. */
let kept: { readonly exprs: object; readonly prepared: Prepared } | undefined;

/** Computes graphs on the test engine, for `checkLayer` and `checkNetwork`. */
export const evaluateGraphs: CheckEvaluate = async (exprs, feeds) => {
  if (kept?.exprs !== exprs) {
    await kept?.prepared.close();
    kept = undefined;
    kept = { exprs, prepared: await prepareOn(await testBackend(), exprs) };
  }
  return kept.prepared.run(feeds);
};

/** Checks a layer with what it is to give, computed in plain JavaScript. */
export function agrees(layer: Layer, reference: Reference, options: Partial<LayerCheck> = {}): Promise<void> {
  return checkLayer(layer, { evaluate: evaluateGraphs, reference, ...options });
}

/** What a layer gives for rows of float64 numbers, and its next state. */
export async function applied(
  layer: Layer,
  rows: readonly (readonly number[])[],
  mode: Mode,
  values: Readonly<Record<string, readonly number[]>> = {},
): Promise<Readonly<Record<string, number[]>>> {
  const built = layer.build([rows[0]?.length ?? 0]);
  const specs: ParameterSpecs = { ...built.parameters, ...stateSpecs(built.state) };
  const nodes = Object.keys(specs).map((name) => [name, constant(values[name] ?? [], "float64")] as const);
  const weights = Object.fromEntries(nodes);
  const state = new RunningState(weights, mode);
  const noise = new NoiseFeed("float64", 1);
  const plain = evaluationContext(weights, "float64");
  const x = input("x", "float64", [rows.length, rows[0]?.length ?? 0]);
  const y = built.apply(x, mode === "train" ? { ...plain, mode, state, noise } : plain);
  const results = await evaluateGraphs({ y, ...state.updates }, { ...noise.feeds, x: rows });
  const entries = Object.entries(results).map(([name, value]) => [name, toNumbers(value)] as const);
  return Object.fromEntries(entries);
}
