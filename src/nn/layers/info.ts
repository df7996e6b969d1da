import type { BasicOptionType, Entry } from "../../catalogue/index.js";
import type { Layer } from "../layer.js";

/** What a layer's option takes: `activation` the name of one, `layers` a list of layers. */
export type LayerOptionType = BasicOptionType | "activation" | "layers";

/** What is known of a layer that can be chosen by name. */
export interface LayerInfo extends Entry<Layer, LayerOptionType> {
  /** Shapes of examples that it takes, on which the suite checks it; default [5], [1] and [2, 3]. */
  readonly shapes?: readonly (readonly number[])[];
}
