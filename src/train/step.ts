import { grad } from "../autodiff/index.js";
import { type Expr, input } from "../graph/index.js";
import { type BatchOptions, noiseInputs, openBatch } from "../feed/index.js";
import type { NoiseInput, Vae } from "../model/index.js";
import type { Objective } from "../objectives/index.js";
import type { StepGraph } from "../onnx/index.js";
import { chainOf, type Pace, type UpdateRule } from "../optim/index.js";
import { trainableSpecs } from "../nn/index.js";

/** A number fed at each step. */
export interface ScheduledInput {
  readonly name: string;
  readonly node: Expr;
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
  /** Names of the outputs that tell of the update (`updateReports`). */
  readonly reports: readonly string[];
}

/** What a training step is built from. */
export interface StepOptions extends BatchOptions, UpdateRule {
  readonly objective: Objective;
  readonly batch: number;
  readonly datasetSize: number;
  /** Which steps are updates, at which learning rate; default: each, at the optimiser's. */
  readonly pace?: Pace | undefined;
}

/** The output that is the loss, whatever the objective's terms are called. */
export const lossOutput = "loss";

/** Model, objective, gradient and the chain of updates as one graph from old weights to new ones. */
export function trainingStep(model: Vae, options: StepOptions): TrainingStep {
  const { objective, pace, dtype = "float32" } = options;
  const scheduled: ScheduledInput[] = [];
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
  const chain = chainOf(options, {
    specs: trainableSpecs(model.parameters),
    parameters,
    gradients: packing.gradients(byName),
    scheduled: schedule,
    ...(pace && { pace }),
  });
  const running = Object.entries(opened.stateUpdates()).map(([name, next]) => {
    const current = parameters[name] as Expr;
    return { current, next: chain.sound?.where(next, current) ?? next };
  });
  const allNoise = noiseInputs(opened);
  return {
    graph: {
      state: [...chain.state, ...running],
      perStep: [indices, ...allNoise.map(({ node }) => node), ...scheduled.map(({ node }) => node)],
      outputs: { ...terms, [lossOutput]: loss, ...chain.outputs },
    },
    noise: allNoise,
    scheduled,
    terms: Object.keys(terms),
    reports: Object.keys(chain.outputs),
  };
}
