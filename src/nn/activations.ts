import type { Expr } from "../graph/index.js";
import "../ops/index.js";

/** Activations by name. Adding one is adding a line. */
export const activations = {
  relu: (x: Expr): Expr => x.relu(),
  tanh: (x: Expr): Expr => x.tanh(),
  sigmoid: (x: Expr): Expr => x.sigmoid(),
  softplus: (x: Expr): Expr => x.softplus(),
  silu: (x: Expr): Expr => x.silu(),
  elu: (x: Expr): Expr => x.elu(),
  leakyRelu: (x: Expr): Expr => x.leakyRelu(),
  identity: (x: Expr): Expr => x,
} as const;

/** The name of an activation. */
export type ActivationName = keyof typeof activations;
