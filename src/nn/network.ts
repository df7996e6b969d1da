import type { Expr } from "../graph/index.js";
import type { ParameterSpecs, Weights } from "./parameters.js";

/** What a saved model says of a network, enough to build it again. */
export interface NetworkConfig {
  readonly type: string;
  readonly [option: string]: unknown;
}

/** A function with trainable parameters from vectors [..., in] to vectors [..., out]. */
export interface Network {
  readonly config: NetworkConfig;
  /** The sizes for one line to people: `784-256-128-4`. */
  describe(inSize: number, outSize: number): string;
  /** The parameters under `prefix` for these sizes. */
  parameters(prefix: string, inSize: number, outSize: number): ParameterSpecs;
  /** The output for `x`, from weights that were named by `parameters`. */
  apply(x: Expr, weights: Weights, prefix: string, outSize: number): Expr;
}
