import { grad } from "../autodiff/index.js";
import { type Expr, input } from "../graph/index.js";
import { type BatchOptions, noiseInputs, openBatch } from "../feed/index.js";
import type { NoiseInput, Vae } from "../model/index.js";
import type { Objective } from "../objectives/index.js";
import type { StepGraph } from "../onnx/index.js";
import { type Optimizer, slotName } from "../optim/index.js";

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
export interface StepOptions extends BatchOptions {
  readonly objective: Objective;
  readonly optimizer: Optimizer;
  readonly batch: number;
  readonly datasetSize: number;
}

/** The output that is the loss, whatever the objective's terms are called. */
export const lossOutput = "loss";

/** Model, objective, gradient and optimiser as one graph from old weights to new ones. */
export function trainingStep(model: Vae, options: StepOptions): TrainingStep {
  const { objective, optimizer, dtype = "float32" } = options;
  const scheduled: (ScheduledInput & { readonly node: Expr })[] = [];
  const schedule = (name: string, at: (step: number) => number): Expr => {
    const known = scheduled.find((entry) => entry.name === name);
    if (known !== undefined) return known.node;
    const node = input(name, dtype, []);
    scheduled.push({ name, at, node });
    return node;
  };
  const opened = openBatch(model, { ...options, mode: "train", scheduled: schedule });
  const { packing, stored: parameters, trained, indices } = opened;
  const { loss, terms } = objective.build(opened.context);

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
  const running = Object.entries(opened.stateUpdates()).map(([name, next]) => ({
    current: parameters[name] as Expr,
    next,
  }));
  const allNoise = noiseInputs(opened);
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
