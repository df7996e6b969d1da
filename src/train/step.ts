import { grad } from "../autodiff/index.js";
import type { Binarization } from "../data/portable.js";
import { type Expr, input } from "../graph/index.js";
import { gatherBatch, type NoiseInput, NoiseInputs, type Vae } from "../model/index.js";
import { Packing, trainableWeights } from "../nn/index.js";
import type { Objective } from "../objectives/index.js";
import type { StepGraph } from "../onnx/index.js";
import { type Optimizer, slotName } from "../optim/index.js";
import type { FloatType } from "../tensor/index.js";

/** A number fed at each step. */
export interface ScheduledInput {
  readonly name: string;
  /** Its value at a step, counted from 0. */
  readonly at: (step: number) => number;
}

/** One training step as graph, and what must be fed to it. */
export interface TrainingStep {
  readonly graph: StepGraph;
  readonly noise: readonly NoiseInput[];
  readonly scheduled: readonly ScheduledInput[];
  /** Names of the outputs: the objective's terms. */
  readonly terms: readonly string[];
}

/** What a training step is built from. */
export interface StepOptions {
  readonly objective: Objective;
  readonly optimizer: Optimizer;
  readonly batch: number;
  readonly stored: "uint8" | FloatType;
  readonly datasetSize: number;
  /** `dynamic` draws each batch's numbers as 0 or 1; all others take the data as they are. Default `none`. */
  readonly binarize?: Binarization;
  /** Default `float32`. */
  readonly dtype?: FloatType;
}

/** The output that is the loss, whatever the objective's terms are called. */
export const lossOutput = "loss";

/** Model, objective, gradient and optimiser as one graph from old weights to new ones. */
export function trainingStep(model: Vae, options: StepOptions): TrainingStep {
  const { objective, optimizer, batch, stored, datasetSize, dtype = "float32" } = options;
  const packing = new Packing(model.parameters);
  const { stored: parameters, weights } = packing.inputs(dtype);
  const { indices, x, noise: drawn } = gatherBatch(stored, model.dataSize, batch, dtype, options.binarize);
  const noise = new NoiseInputs(dtype);
  const scheduled: (ScheduledInput & { readonly node: Expr })[] = [];
  const schedule = (name: string, at: (step: number) => number): Expr => {
    const known = scheduled.find((entry) => entry.name === name);
    if (known !== undefined) return known.node;
    const node = input(name, dtype, []);
    scheduled.push({ name, at, node });
    return node;
  };
  const layerNoise = new NoiseInputs(dtype, "layers");
  const bound = model.bind(weights, dtype, { mode: "train", noise: layerNoise, scheduled: schedule });
  const trained = trainableWeights(model.parameters, weights);
  const { loss, terms } = objective.build({
    x,
    ...bound,
    noise,
    datasetSize,
    weights: trained,
    scheduled: schedule,
  });

  const names = Object.keys(trained);
  const gradients = grad(loss, Object.values(trained));
  const byName = Object.fromEntries(names.map((name, i) => [name, gradients[i] as Expr]));
  const byStored = packing.gradients(byName);
  const scalars = optimizer.scalars.map((name, i) =>
    schedule(name, (step) => optimizer.scalarsAt(step + 1)[i] ?? Number.NaN),
  );
  const moved = Object.keys(byStored).flatMap((name) => {
    const parameter = parameters[name] as Expr;
    const slots = optimizer.slots.map((slot) =>
      input(slotName(optimizer, slot, name), dtype, parameter.shape),
    );
    const update = optimizer.update(parameter, byStored[name] as Expr, slots, scalars);
    return [
      { current: parameter, next: update.parameter },
      ...slots.map((slot, k) => ({ current: slot, next: update.slots[k] as Expr })),
    ];
  });
  const running = Object.entries(bound.stateUpdates()).map(([name, next]) => ({
    current: parameters[name] as Expr,
    next,
  }));
  const allNoise = [...drawn, ...noise.inputs, ...layerNoise.inputs];
  return {
    graph: {
      state: [...moved, ...running],
      perStep: [indices, ...allNoise.map(({ node }) => node), ...scheduled.map(({ node }) => node)],
      outputs: { ...terms, [lossOutput]: loss },
    },
    noise: allNoise,
    scheduled,
    terms: Object.keys(terms),
  };
}
