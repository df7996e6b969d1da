import type { Spec } from "../catalogue/index.js";
import type { Built } from "./layer.js";

/** A network for examples of one shape. */
export interface BuiltNetwork extends Built {
  /** Its sizes for one line to people, such as `784-256-128-4`; default: those of its layers. */
  readonly text?: string;
}

/** Where a network stands in a model. */
export interface NetworkPlace {
  /** `encoder`, from examples of the data to what the posterior is made of, or `decoder`, the way back. */
  readonly part: "encoder" | "decoder";
  /** The shape of one example of the data. A decoder may be asked for several numbers for each of its numbers: [times, ...example]. */
  readonly example: readonly number[];
}

/**
 * A function with trainable parameters from examples to examples of a shape that is asked for; `name` and `config`
 * make it again.
 */
export interface Network extends Spec {
  /**
   * The network from examples of shape `inShape` to ones of `outShape`; in a model `place` says where. Throws a UserError if
   * it does not take or can't give such examples.
   */
  build(inShape: readonly number[], outShape: readonly number[], place?: NetworkPlace): BuiltNetwork;
  /** True if it takes examples of any shape as vectors, so that more numbers go at their end and not beside each pixel. */
  readonly flat?: true;
  /**
   * The decoder that goes with it as an encoder, so that its name alone makes a model (`network`); it may be itself, which
   * `place` tells apart. Without, encoder and decoder are chosen one by one.
   */
  decoder?(): Network;
}
