import { type Dataset, encodeNpy, type Split, Windows } from "../data/portable.js";
import { dealtBy, Feed, labelsFor } from "../feed/index.js";
import { constant, type Expr } from "../graph/index.js";
import type { Vae } from "../model/index.js";
import { requireLeastBatch } from "../objectives/index.js";
import { compile, compileSteps, nextName, requireInputName, stepsInput } from "../onnx/index.js";
import type { Engine } from "../runtime/index.js";
import { type Tensor, tensor, UserError } from "../tensor/index.js";
import { EngineState } from "./engine-state.js";
import { prepareExamples } from "./examples.js";
import type { TrainingCard, TrainingValue } from "./exported-card.js";
import { paceOf } from "./run-pace.js";
import { initialState, reopened, requireState, type TrainState } from "./state.js";
import { lossOutput, type StepOptions, type TrainingStep, trainingStep } from "./step.js";
import { scheduleValues, stepFeeds, Stepper } from "./stepper.js";
import { settled, type TrainSettings } from "./training.js";

/** A training graph for other hosts of ONNX. */
export interface ExportedTraining {
  readonly card: TrainingCard;
  /** Contents by path below the folder, `training.json` among them. */
  readonly files: Readonly<Record<string, Uint8Array>>;
}

/** What of a run is exported. */
export interface ExportedSteps {
  /** So many of the first steps are kept with what they are fed and what comes out; default 16. */
  readonly steps?: number | undefined;
  /** Where the run stands; default: at its start. */
  readonly state?: TrainState | undefined;
}

const fileOf = (folder: string, name: string): string => `${folder}/${name.replace(/[^\w.-]+/g, "-")}.npy`;

/** Rows of a split, one after the other [rows, numbers]. */
async function takeRows(split: Split, rows: Int32Array): Promise<Tensor> {
  if (split.source !== undefined) {
    const windows = await Windows.open(split);
    try {
      return await windows.read(rows);
    } finally {
      await windows.close();
    }
  }
  const { examples, length } = split;
  const size = examples.data.length / length;
  const data =
    examples.dtype === "uint8" ? new Uint8Array(rows.length * size) : new Float32Array(rows.length * size);
  rows.forEach((row, i) => data.set(examples.data.subarray(row * size, (row + 1) * size), i * size));
  return data instanceof Uint8Array
    ? tensor("uint8", [rows.length, size], data)
    : tensor("float32", [rows.length, size], data);
}

/** The first steps: what every input is fed, and what comes out. */
interface FirstSteps {
  readonly steps: number;
  readonly feeds: Readonly<Record<string, Tensor>>;
  readonly expected: Readonly<Record<string, Tensor>>;
}

/** What a run's steps are built from, and where it stands. */
interface Exporting {
  readonly engine: Engine;
  readonly model: Vae;
  readonly train: Split;
  readonly settings: TrainSettings;
  readonly options: StepOptions;
  readonly built: TrainingStep;
  readonly state: TrainState;
}

async function firstSteps(exporting: Exporting, wanted: number): Promise<FirstSteps> {
  const { engine, model, train, settings, options, built, state } = exporting;
  const { seed, shuffle, balance } = settings;
  const { batch } = options;
  const { step: before, stepInEpoch, epoch, finished } = state.progress;
  if (finished) throw new UserError("the run has ended; give more epochs, to go on with it elsewhere");
  const split = { name: "train", resident: "data", length: train.length };
  const feed = new Feed(split, batch, seed, shuffle, true, dealtBy(balance, train.labels));
  feed.seek(epoch, stepInEpoch);
  const portion = await feed.take(wanted);
  if (portion?.batch !== batch)
    throw new UserError(
      `only an epoch's smaller last step is left at step ${before}; take an epoch's checkpoint`,
    );
  const { indices: rows, steps } = portion;
  const labels = labelsFor(model).withLabels ? train.labels : undefined;
  const fixed = {
    data: await takeRows(train, rows),
    ...(labels && {
      labels: tensor(
        "int32",
        [rows.length],
        Int32Array.from(rows, (row) => labels[row] ?? 0),
      ),
    }),
  };
  const places = Int32Array.from(rows, (_, i) => i);
  const feeds = stepFeeds(built, places, steps, { seed, stride: batch, first: before });

  await engine.put({ "check:data": fixed.data, ...(fixed.labels && { "check:labels": fixed.labels }) });
  await new EngineState(engine, model, settings).put(state.tensors);
  const examples = { data: "check:data", ...(labels && { labels: "check:labels" }) };
  const stepper = await Stepper.open(engine, model, options);
  const found: Record<string, number[]> = {};
  try {
    for (let i = 0; i < steps; i++) {
      const own = places.slice(i * batch, (i + 1) * batch);
      const values = await stepper.run(own, 1, before + i, { seed, stride: batch, examples });
      for (const [name, { data }] of Object.entries(values)) (found[name] ??= []).push(Number(data[0]));
    }
  } finally {
    await stepper.close();
  }
  const expected = Object.entries(found).map(
    ([name, values]) => [name, tensor("float32", [steps], Float32Array.from(values))] as const,
  );
  return { steps, feeds: { ...feeds, ...fixed }, expected: Object.fromEntries(expected) };
}

/** An input or output as the card has it; `stacked` of those that have a value for every step. */
function valueOf(node: Expr, stacked: boolean, name = requireInputName(node)): TrainingValue {
  return { name, dtype: node.dtype, shape: stacked ? ["steps", ...node.shape] : node.shape };
}

/**
 * A run's training step as a graph of standard ONNX that any host of ONNX Runtime can train with, and its first steps as Latent
 * does them, to compare. `engine` does those. Throws a UserError for data that don't fit the model.
 */
export async function exportTrainingIn(
  engine: Engine,
  model: Vae,
  dataset: Dataset,
  told: TrainSettings,
  { steps = 16, state: given }: ExportedSteps = {},
): Promise<ExportedTraining> {
  const settings = settled(told, dataset);
  const { data, schema } = await prepareExamples(model, dataset, settings);
  const { train } = data;
  if (given !== undefined) requireState(given, model, settings, "the run");
  const state =
    given === undefined ? initialState(model, settings, settings.seed) : reopened(given, settings);
  const batch = Math.min(settings.batchSize, train.length);
  requireLeastBatch(settings.objective, settings.batchSize, train.length);
  const pace = paceOf(settings, train.length, state);
  const { dtype: stored } = train.examples;
  const options = { ...settings, batch, schema, pace, stored, datasetSize: train.length };
  const built = trainingStep(model, options);
  const { graph, noise, scheduled } = built;
  const check = await firstSteps({ engine, model, train, settings, options, built, state }, steps);

  const inEngine = new EngineState(engine, model, settings);
  const start = Object.fromEntries(
    Object.entries(inEngine.packed(state.tensors)).map(([name, value]) => [name, constant(value)]),
  );
  const compiled = compileSteps(graph, true, { name: "train" });
  const before = state.progress.step;
  const planned = settings.epochs * Math.ceil(train.length / batch);
  const outputs = Object.entries(graph.outputs).sort(
    ([a], [b]) => Number(b === lossOutput) - Number(a === lossOutput),
  );
  const named = (folder: string, names: readonly string[]): Record<string, string> =>
    Object.fromEntries(names.map((name) => [name, fileOf(folder, name)]));
  const feeds = named("feeds", Object.keys(check.feeds));
  const expected = named("expected", Object.keys(check.expected));
  const schedule = scheduled.map((one) => ({
    ...valueOf(one.node, true),
    file: fileOf("schedule", one.name),
    one,
  }));
  const [indices] = graph.perStep;
  const card: TrainingCard = {
    format: "latent-training",
    version: 1,
    model: "train.onnx",
    start: "start.onnx",
    objective: settings.objective.name,
    optimizer: settings.optimizer.name,
    batch,
    examples: train.length,
    step: before,
    planned,
    steps: { name: stepsInput, dtype: "int64", shape: [] },
    data: { name: "data", dtype: stored, shape: ["examples", model.dataSize] },
    indices: valueOf(indices as Expr, true),
    ...(labelsFor(model).withLabels && { labels: { name: "labels", dtype: "int32", shape: ["examples"] } }),
    noise: noise.map(({ node, kind }) => ({ ...valueOf(node, true), distribution: kind })),
    schedule: schedule.map(({ name, dtype, shape, file }) => ({ name, dtype, shape, file })),
    state: graph.state.map(({ current }) => ({
      ...valueOf(current, false),
      next: nextName(requireInputName(current)),
    })),
    outputs: outputs.map(([name, node]) => valueOf(node, true, name)),
    weights: inEngine.places,
    check: { steps: check.steps, feeds, expected },
  };
  const arrays = (paths: Readonly<Record<string, string>>, values: Readonly<Record<string, Tensor>>) =>
    Object.entries(paths).map(([name, path]) => [path, encodeNpy(values[name] as Tensor)] as const);
  return {
    card,
    files: {
      "train.onnx": compiled.bytes,
      "start.onnx": compile(start, { name: "start" }).bytes,
      ...Object.fromEntries([...arrays(feeds, check.feeds), ...arrays(expected, check.expected)]),
      ...Object.fromEntries(
        schedule.map(({ file, one }) => [
          file,
          encodeNpy(scheduleValues(one, before, Math.max(1, planned - before))),
        ]),
      ),
      "training.json": new TextEncoder().encode(`${JSON.stringify(card, null, 2)}\n`),
    },
  };
}
