import type { Json, Spec } from "../../catalogue/index.js";
import { formatSpec } from "../../catalogue/index.js";
import {
  be,
  type ChecksOf,
  formatShape,
  requireArgument,
  requireOptions,
  type Tensor,
} from "../../tensor/index.js";
import type { Built, Layer } from "../layer.js";
import { layers } from "../layers/index.js";
import type { Network } from "../network.js";
import { networks } from "../networks/index.js";
import { checkFloat32, checkGradients } from "./gradients.js";
import { requireClose } from "./numbers.js";
import type { CheckEvaluate, Subject } from "./subject.js";
import { checkExamples, checkNames, type Reference, valueFor } from "./values.js";

/** How a layer is checked. */
export interface LayerCheck {
  /** Computes graphs: the package's `evaluate`. */
  readonly evaluate: CheckEvaluate;
  /** Shapes of examples; default [5], [1] and [2, 3]. */
  readonly shapes?: readonly (readonly number[])[];
  /** What an example is to become in evaluation, computed without graphs. */
  readonly reference?: Reference;
  /** Seed of all numbers; default 1. */
  readonly seed?: number;
}

/** How a network is checked. */
export interface NetworkCheck extends Omit<LayerCheck, "shapes"> {
  /** Shapes of examples that go in and come out; default some of vectors and of pictures. */
  readonly shapes?: readonly (readonly [inShape: readonly number[], outShape: readonly number[]])[];
}

async function checkBuilt(subject: Subject, again: Built, reference: Reference | undefined): Promise<void> {
  checkNames(subject.built, again);
  await checkExamples(subject, reference);
  for (const lead of [[3], [1], [0], [2, 3]]) await valueFor(subject, "train", lead);
  for (const mode of ["train", "evaluate"] as const) {
    const leads = mode === "train" ? [[4], [1], [2, 3]] : [[4]];
    for (const lead of leads) await checkGradients(subject, mode, lead);
    await checkFloat32(subject, mode, [4]);
  }
  const { y } = await valueFor(subject, "evaluate", [3]);
  const { y: rebuilt } = await valueFor({ ...subject, built: again }, "evaluate", [3]);
  requireClose("value when it is built again from plain data", rebuilt as Tensor, y as Tensor, 0);
  const states = await valueFor(subject, "train", [3]);
  const statesAgain = await valueFor({ ...subject, built: again }, "train", [3]);
  for (const [name, value] of Object.entries(states)) {
    requireClose(
      `${name} in training when it is built again from plain data`,
      statesAgain[name] as Tensor,
      value,
      0,
    );
  }
}

/** The same by way of JSON, through the catalogue where it is known there. */
function remade<T extends Spec>(one: T, catalogue: { find(name: string): unknown; from(spec: Spec): T }): T {
  const { name, config } = one;
  if (catalogue.find(name) === undefined) return one;
  return catalogue.from({
    name,
    config: JSON.parse(JSON.stringify(config)) as { readonly [key: string]: Json },
  });
}

async function within(where: string, check: () => Promise<void>): Promise<void> {
  try {
    await check();
  } catch (error) {
    throw new Error(`${where}: ${(error as Error).message}`, { cause: error });
  }
}

const checks = {
  evaluate: be.callable,
  shapes: be.list(be.list(be.anything), 0, "[[5], [2, 3]]"),
  reference: be.callable,
  seed: be.seed,
} as const satisfies ChecksOf<LayerCheck> & ChecksOf<NetworkCheck>;

const layerShapes = [[5], [1], [2, 3]];
const networkShapes = [
  [[4], [3]],
  [[1], [2, 2]],
  [[2, 3, 1], [1]],
] as const;

/**
 * Checks a layer on random numbers: that it puts out the shape it says, for no, one and several examples, with one leading
 * axis and two; that in evaluation an example's value depends on it alone, asks for no noise and writes no state; that
 * gradients by its input and every trainable parameter agree with finite differences, in training and in evaluation; that
 * float32 agrees with float64; that names are stable; and, if its name is in the catalogue, that it is the same when made
 * again from its plain data. Throws an Error that says what differs where.
 */
export async function checkLayer(layer: Layer, options: LayerCheck): Promise<void> {
  requireArgument(
    "checkLayer",
    "the layer",
    layer,
    be.having(["name", "build"], "a layer, such as linear(64)"),
  );
  requireOptions("checkLayer", options, checks);
  requireArgument("checkLayer", "evaluate", options.evaluate, be.callable);
  const { evaluate, shapes = layerShapes, reference, seed = 1 } = options;
  for (const inShape of shapes) {
    await within(`${formatSpec(layer)} on ${formatShape(inShape)}`, async () => {
      const subject = { built: layer.build(inShape), inShape, evaluate, seed };
      await checkBuilt(subject, remade(layer, layers).build(inShape), reference);
    });
  }
}

/** Checks a network as `checkLayer` checks a layer, and that it puts out the shapes that it is asked for. */
export async function checkNetwork(network: Network, options: NetworkCheck): Promise<void> {
  requireArgument(
    "checkNetwork",
    "the network",
    network,
    be.having(["name", "build"], "a network, such as mlp([64])"),
  );
  requireOptions("checkNetwork", options, checks);
  requireArgument("checkNetwork", "evaluate", options.evaluate, be.callable);
  const { evaluate, shapes = networkShapes, reference, seed = 1 } = options;
  for (const [inShape, outShape] of shapes) {
    await within(
      `${formatSpec(network)} from ${formatShape(inShape)} to ${formatShape(outShape)}`,
      async () => {
        const subject = { built: network.build(inShape, outShape), inShape, evaluate, seed };
        const { outShape: got } = subject.built;
        if (got.join() !== outShape.join()) throw new Error(`it says that it puts out ${formatShape(got)}`);
        await checkBuilt(subject, remade(network, networks).build(inShape, outShape), reference);
      },
    );
  }
}
