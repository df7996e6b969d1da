import type { Expr } from "../graph/index.js";
import type { Shape } from "../tensor/index.js";

/** Noise that the host draws from seeded streams: standard normal, or uniform strictly inside 0..1. */
export type NoiseKind = "normal" | "uniform";

/** Hands out noise: each call is a new input of the graph, filled with fresh numbers at each step. */
export interface NoiseSource {
  draw(kind: NoiseKind, shape: Shape): Expr;
}
