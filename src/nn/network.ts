import type { Spec } from "../catalogue/index.js";
import type { Built } from "./layer.js";

/** A network for examples of one shape. */
export interface BuiltNetwork extends Built {
  /** Its sizes for one line to people, such as `784-256-128-4`; default: those of its layers. */
  readonly text?: string;
}

/**
 * A function with trainable parameters from examples to examples of a shape that is asked for; `name` and `config`
 * make it again.
 */
export interface Network extends Spec {
  /**
   * The network from examples of shape `inShape` to ones of `outShape`. Throws a UserError if it does not take or can't
   * give such examples.
   */
  build(inShape: readonly number[], outShape: readonly number[]): BuiltNetwork;
}
