import {
  type Binarization,
  type ExampleSchema,
  isUnit,
  pictureRange,
  wholeSchema,
} from "../data/portable.js";
import { constant, type Expr, input, scalar } from "../graph/index.js";
import "../ops/index.js";
import {
  type BindOptions,
  type BoundVae,
  modelNumbersOf,
  type NoiseInput,
  NoiseInputs,
  type Vae,
} from "../model/index.js";
import { type Mode, Packing, trainableWeights, type Weights } from "../nn/index.js";
import type { ObjectiveContext, PictureLayout } from "../objectives/index.js";
import type { Dim, FloatType } from "../tensor/index.js";
import { augmented } from "./augment.js";

/** A batch of examples as a model sees it. */
export interface Batch {
  /** The examples as the model's numbers [batch, numbers]. */
  readonly x: Expr;
  /**
   * What is known of each example beside it [batch, width]: its class as ones and zeros. Where that is not known, the likeliest
   * by the model's classifier.
   */
  readonly condition?: Expr;
  /** The class as ones and zeros, all zeros where it is not known [batch, classes]. */
  readonly label?: Expr;
  /** 1 where a number of an example is known, 0 where it is missing [batch, numbers]. */
  readonly mask?: Expr;
}

/** How batches are read out of a data set that stays in the engine or is streamed to it. */
export interface BatchOptions {
  readonly stored: "uint8" | FloatType;
  readonly batch: Dim;
  /** What the numbers of an example are; default: bytes are x/255, floats as they are. */
  readonly schema?: ExampleSchema;
  /** `dynamic` draws each batch's numbers as 0 or 1; all others take the data as they are. Default `none`. */
  readonly binarize?: Binarization;
  /** How pictures are changed at random, such as `flip,shift(2)`; default: they are taken as they are. For training alone. */
  readonly augment?: string | undefined;
  /** Of how many classes the labels are that come as condition; default: as many as the model's, if it has a condition. */
  readonly classes?: number;
  /** Whether each number comes with a mark that says if it is known; default false. */
  readonly mask?: boolean;
  /** Default `float32`. */
  readonly dtype?: FloatType;
}

/** How a model sees a batch. */
export interface OpenBatchOptions extends BatchOptions {
  /** Training examples, for objectives whose terms depend on it; default 1. */
  readonly datasetSize?: number;
  /** Whether layers behave as in training (dropout, batch statistics); default `evaluate`. */
  readonly mode?: Mode;
  /** Hands out numbers that change from step to step; default: all have their final value. */
  readonly scheduled?: (name: string, at: (step: number) => number) => Expr;
}

/** A batch and a model that is bound to its weights: all that the graph of a step is built from. */
export interface OpenBatch extends BoundVae {
  readonly batch: Batch;
  /** The batch's rows [batch], int32, input `indices`. */
  readonly indices: Expr;
  /** The noise that the graph asks for. */
  readonly noise: NoiseInputs;
  /** The model's parameters as they lie in the engine, by name: inputs. */
  readonly stored: Weights;
  /** The model's parameters by their own names. */
  readonly weights: Weights;
  /** Those of them that are trained. */
  readonly trained: Weights;
  /** The noise that layers draw, such as dropout's; apart from the objective's, whose draws it doesn't move. */
  readonly layerNoise: NoiseInputs;
  /** What an objective is built from. */
  readonly context: ObjectiveContext;
  readonly packing: Packing;
  /** The noise that the batch itself is drawn with: that of augmentation and of dynamic binarisation. */
  readonly drawn: readonly NoiseInput[];
}

/** What is gathered out of a data set for a batch. */
interface Gathered {
  readonly batch: Batch;
  readonly indices: Expr;
  readonly noise: readonly NoiseInput[];
}

/** Labels as ones and zeros [batch, classes]; all zeros for one that is not known. */
function oneHot(labels: Expr, classes: number, dtype: FloatType): Expr {
  const numbers = constant(
    Array.from({ length: classes }, (_, i) => i),
    "int32",
  );
  return labels.unsqueeze(-1).equal(numbers).cast(dtype);
}

/**
 * Gathers, casts and scales a batch inside the graph, so that the data can stay as they are stored. With `binarize`
 * dynamic, x is then 1 with its grey level as probability and else 0, drawn by noise named `binarize/0`; the other
 * ways of making data binary are work for `binarizeDataset`, and x is as the data are.
 */
function gather(size: number, options: BatchOptions): Gathered {
  const { stored, batch, binarize, augment, classes, mask = false, dtype = "float32" } = options;
  const data = input("data", stored, ["examples", size]);
  const indices = input("indices", "int32", [batch]);
  const schema = options.schema ?? wholeSchema([size]);
  const changes = new NoiseInputs(dtype, "augment");
  const rows = data.gather(indices);
  const seen = augment === undefined ? rows : augmented(rows, augment, schema, batch, changes);
  const levels = modelNumbersOf(seen, schema, dtype);
  const noise = new NoiseInputs(dtype, "binarize");
  const x = binarize === "dynamic" ? noise.draw("uniform", levels.shape).less(levels).cast(dtype) : levels;
  const labels = classes === undefined ? undefined : input("labels", "int32", ["examples"]);
  const known = mask ? input("mask", "uint8", ["examples", size]) : undefined;
  return {
    batch: {
      x,
      ...(labels && classes !== undefined && { label: oneHot(labels.gather(indices), classes, dtype) }),
      ...(known && { mask: known.gather(indices).cast(dtype) }),
    },
    indices,
    noise: [...changes.inputs, ...noise.inputs],
  };
}

/** What tells classes where labels are missing, of a model that has it; as in evaluation, whatever the mode. */
function classifierOf(
  model: Vae,
  weights: Weights,
  dtype: FloatType,
  label: Expr | undefined,
): ((x: Expr) => Expr) | undefined {
  if (model.classifier === undefined || label === undefined) return undefined;
  return model.bind(weights, dtype, { condition: label }).classify;
}

/** The labels as condition; where there is none, and the model has a classifier, the class that it thinks likeliest. */
function conditionOf({ x, label }: Batch, classify: ((x: Expr) => Expr) | undefined): Expr | undefined {
  if (label === undefined || classify === undefined) return label;
  const likeliest = oneHot(
    classify(x).argmax(-1).cast("int32"),
    label.shape.at(-1) as number,
    label.dtype as FloatType,
  );
  const known = label.sum(-1, true).greater(0.5);
  return known.where(label, likeliest).stopGradient();
}

/** How pictures' numbers lie, and which of the model's numbers are black and white. */
function pictureLayout(schema: ExampleSchema): PictureLayout | undefined {
  if (schema.kind !== "image") return undefined;
  const { height, width, channels, codec } = schema;
  const own = isUnit(schema) ? ([0, 1] as const) : pictureRange(schema);
  if (own === undefined || !(own[0] < own[1])) return { height, width, channels };
  if (codec.type !== "standard") return { height, width, channels, range: own };
  const [mean, scale] = [codec.mean[0] ?? 0, codec.scale[0] ?? 1];
  if (codec.mean.length > 1 || codec.scale.length > 1) return { height, width, channels };
  return { height, width, channels, range: [(own[0] - mean) / scale, (own[1] - mean) / scale] };
}

/** Schedules at their end. */
const atTheirEnd =
  (dtype: FloatType) =>
  (_name: string, at: (step: number) => number): Expr =>
    scalar(at(Number.MAX_SAFE_INTEGER), dtype);

/**
 * Opens a batch for a model: parameters as inputs, the model bound to them, a batch gathered out of input `data` by input
 * `indices` (its labels out of `labels`, its mask out of `mask`), and noise to draw with. Everything that runs a model on
 * a data set, training and every measure, begins with it.
 */
export function openBatch(model: Vae, options: OpenBatchOptions): OpenBatch {
  const { dtype = "float32", datasetSize = 1, scheduled = atTheirEnd(dtype) } = options;
  const packing = new Packing(model.parameters);
  const { stored, weights } = packing.inputs(dtype);
  const { classes = model.condition?.classes } = options;
  const gathered = gather(model.dataSize, { ...options, ...(classes !== undefined && { classes }) });
  const { indices, noise: drawn } = gathered;
  const noise = new NoiseInputs(dtype);
  // Only training has a schedule: without one a family takes its final value by itself.
  const layerNoise = new NoiseInputs(dtype, "layers");
  const told: BindOptions = {
    ...(options.mode && { mode: options.mode, noise: layerNoise }),
    ...(options.scheduled && { scheduled: options.scheduled }),
  };
  const { label } = gathered.batch;
  const condition = conditionOf(gathered.batch, classifierOf(model, weights, dtype, label));
  const batch: Batch = { ...gathered.batch, ...(condition && { condition }) };
  const bound = model.bind(weights, dtype, { ...told, ...(condition && { condition }) });
  const trained = trainableWeights(model.parameters, weights);
  const picture = pictureLayout(options.schema ?? wholeSchema(model.input));
  const context: ObjectiveContext = {
    x: batch.x,
    ...bound,
    noise,
    datasetSize,
    weights: trained,
    ...(picture && { picture }),
    ...(label && { label }),
    scheduled,
  };
  return { ...bound, batch, indices, noise, layerNoise, stored, weights, trained, context, packing, drawn };
}

/** All noise that must be fed: the batch's own and what the graph asked for. */
export function noiseInputs({
  drawn,
  noise,
  layerNoise,
}: Pick<OpenBatch, "drawn" | "noise" | "layerNoise">): readonly NoiseInput[] {
  return [...drawn, ...noise.inputs, ...layerNoise.inputs];
}
