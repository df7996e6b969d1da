import { type CallData, noiseFor, withData } from "../feed/index.js";
import type { Vae } from "../model/index.js";
import { compileSteps, nextName, requireInputName, stepsInput } from "../onnx/index.js";
import type { Engine, SessionOptions } from "../runtime/index.js";
import { fromNumbers, type Tensor, tensor } from "../tensor/index.js";

import { lossOutput, type StepOptions, type TrainingStep, trainingStep } from "./step.js";

/** Whose steps they are and where they are among all. */
export interface StepsPlace {
  readonly seed: number;
  /** The run's full batch size, which places the noise. */
  readonly stride: number;
  /** The number of the first step, from 0. */
  readonly first: number;
}

/** All that `steps` steps are fed but the data, by input: the rows of their examples [steps * batch], noise, numbers of a schedule. */
export function stepFeeds(
  { noise, scheduled }: Pick<TrainingStep, "noise" | "scheduled">,
  indices: Int32Array,
  steps: number,
  { seed, stride, first }: StepsPlace,
): Record<string, Tensor> {
  const batch = indices.length / steps;
  const feeds: Record<string, Tensor> = { indices: tensor("int32", [steps, batch], indices) };
  // A smaller last batch has streams of its own, so that no step sees another's noise.
  const purpose = batch === stride ? "train" : `train/${batch}`;
  for (const input of noise) {
    feeds[input.name] = noiseFor(input, { seed, purpose }, first, steps, batch, stride);
  }
  for (const input of scheduled) feeds[input.name] = scheduleValues(input, first, steps);
  return feeds;
}

/** The numbers of a schedule at `steps` steps from `first` on. */
export function scheduleValues(
  { at }: TrainingStep["scheduled"][number],
  first: number,
  steps: number,
): Tensor<"float32"> {
  const values = Array.from({ length: steps }, (_, i) => at(first + i));
  return tensor("float32", [steps], fromNumbers("float32", values) as Float32Array<ArrayBuffer>);
}

/** Runs training steps of one batch size in an engine in which weights and slots lie under their names. */
export class Stepper {
  private constructor(
    private readonly engine: Engine,
    private readonly program: number,
    private readonly step: TrainingStep,
    private readonly keep: Readonly<Record<string, string>>,
    readonly batch: number,
  ) {}

  /** Builds, compiles and opens the step. */
  static async open(
    engine: Engine,
    model: Vae,
    options: StepOptions,
    session?: SessionOptions,
  ): Promise<Stepper> {
    const step = trainingStep(model, options);
    const compiled = compileSteps(step.graph, engine.loops, { name: "train" }, engine.extensions);
    const program = await engine.open(compiled.bytes, compiled.inputs, session);
    const states = step.graph.state.map(({ current }) => requireInputName(current));
    const keep = Object.fromEntries(states.map((name) => [nextName(name), name]));
    return new Stepper(engine, program, step, keep, options.batch);
  }

  /**
   * Runs `steps` steps whose examples are `indices` [steps * batch]. `first` is the number of the first of them,
   * from 0; `stride` is the run's full batch size, which places their noise; `examples` are
   * what the indices are of. Returns each term and report of updates by step and, where `data` was handed over, that under
   * its name.
   */
  async run(
    indices: Int32Array,
    steps: number,
    first: number,
    {
      seed,
      stride,
      examples,
    }: { readonly seed: number; readonly stride: number; readonly examples: CallData },
  ): Promise<Record<string, Tensor>> {
    const feeds = stepFeeds(this.step, indices, steps, { seed, stride, first });
    if (this.engine.loops) feeds[stepsInput] = tensor("int64", [], BigInt64Array.of(BigInt(steps)));
    const fetch = [lossOutput, ...this.step.terms, ...this.step.reports];
    return this.engine.run(this.program, withData({ feeds, keep: this.keep, fetch }, examples));
  }

  /** Frees the program. */
  async close(): Promise<void> {
    await this.engine.release(this.program);
  }
}
