import { sizeOf } from "../../tensor/index.js";
import type { Vae } from "../../model/index.js";
import { columns, countText } from "./format.js";

/** A layer in a summary. */
export interface LayerLine {
  /** As in its parameters' names: `encoder.0`. */
  readonly name: string;
  /** What it is, with its options: `linear(out=256)`. */
  readonly layer: string;
  /** The shape of one example that it puts out. */
  readonly outputShape: readonly number[];
  /** Numbers in its parameters, frozen ones among them, running statistics not. */
  readonly parameters: number;
}

/** The layers of encoder and decoder, in their order. */
export function layerLines({ layers }: Pick<Vae, "layers">): LayerLine[] {
  return layers.map(({ name, layer, outShape, parameters }) => ({
    name,
    layer,
    outputShape: outShape,
    parameters,
  }));
}

const shapeText = (shape: readonly number[]): string => `[${shape.join(", ")}]`;

function totals({ parameters }: Pick<Vae, "parameters">): string {
  const all = Object.values(parameters);
  const count = (of: (spec: (typeof all)[number]) => boolean): number =>
    all.filter(of).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const state = count((spec) => spec.state === true);
  const frozen = count((spec) => spec.state !== true && spec.trainable === false);
  const trained = count((spec) => spec.trainable !== false);
  const others = [
    frozen > 0 && `${countText(frozen)} frozen`,
    state > 0 && `${countText(state)} numbers of running statistics`,
  ];
  return [`${countText(trained)} trained parameters`, ...others.filter(Boolean)].join(", ");
}

/** Encoder and decoder layer by layer, with what each puts out and its parameters, as Keras' `summary()` shows a model. */
export function summaryText(model: Pick<Vae, "layers" | "parameters" | "input" | "latent">): string {
  const lines = layerLines(model);
  const rows = (part: string, from: readonly number[]): string[][] => [
    [`  ${part}`, "", shapeText(from), ""],
    ...lines
      .filter(({ name }) => name === part || name.startsWith(`${part}.`))
      .map(({ name, layer, outputShape, parameters }) => [
        `  ${name}`,
        layer,
        shapeText(outputShape),
        countText(parameters),
      ]),
  ];
  const table = [
    ["  layer", "", "output shape", "parameters"],
    ...rows("encoder", model.input),
    ...rows("decoder", [model.latent]),
  ];
  return `${columns(table, [3])}\n  ${totals(model)}`;
}
