import type { Entry } from "../../catalogue/index.js";
import type { LayerOptionType } from "../layers/index.js";
import type { Network } from "../network.js";

/** What is known of a network that can be chosen by name. */
export interface NetworkInfo extends Entry<Network, LayerOptionType> {
  /** Shapes of examples that it takes and gives, on which the suite checks it; default some of vectors and pictures. */
  readonly shapes?: readonly (readonly [inShape: readonly number[], outShape: readonly number[]])[];
}
