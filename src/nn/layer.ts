import type { Spec } from "../catalogue/index.js";
import type { Expr } from "../graph/index.js";
import type { NetworkContext } from "./context.js";
import type { ParameterSpecs } from "./parameters.js";

/** A layer of a built network, as a line of a summary. */
export interface LayerSummary {
  /** Where it is, as in its parameters' names: `encoder.0`. */
  readonly name: string;
  /** What it is, with its options: `linear(out=256)`. */
  readonly layer: string;
  /** The shape of one example that it puts out. */
  readonly outShape: readonly number[];
  /** Numbers in its parameters, frozen ones among them, running statistics not. */
  readonly parameters: number;
}

/** A layer or network for examples of one shape. */
export interface Built {
  /** The shape of one example that comes out. */
  readonly outShape: readonly number[];
  /** Its parameters, by PyTorch's names: `weight`, or `0.weight` in what is made of parts. Default none. */
  readonly parameters?: ParameterSpecs;
  /** Arrays that training changes without gradients, by PyTorch's names, such as `running_mean`. Default none. */
  readonly state?: ParameterSpecs;
  /** Its parts, if it is made of layers. */
  readonly layers?: readonly LayerSummary[];
  /** x [..., ...inShape] to [..., ...outShape]. */
  apply(x: Expr, context: NetworkContext): Expr;
}

/** A function with or without parameters from examples to examples; `name` and `config` make it again. */
export interface Layer extends Spec {
  /** The layer for examples of a shape. Throws a UserError if it does not take such examples. */
  build(inShape: readonly number[]): Built;
}
