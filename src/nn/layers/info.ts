import type { BasicOptionType, Entry } from "../../catalogue/index.js";
import type { Layer } from "../layer.js";

/**
 * What a layer's option takes: `activation` and `init` the name of one, `layer` a layer, `layers` a list of them, `sizes` a
 * whole number or one for each axis.
 */
export type LayerOptionType = BasicOptionType | "activation" | "init" | "layer" | "layers" | "sizes";

/** What is known of a layer that can be chosen by name. */
export interface LayerInfo extends Entry<Layer, LayerOptionType> {
  /** Shapes of examples that it takes, on which the suite checks it; default [5], [1] and [2, 3]. */
  readonly shapes?: readonly (readonly number[])[];
}
