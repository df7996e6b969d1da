import type { Expr } from "../graph/index.js";
import "../ops/index.js";

/** The set a parameter lies in, and the smooth map from a network's raw outputs to it. */
export interface Constraint {
  readonly name: string;
  /** From raw outputs (any real numbers) to the parameter. */
  map(raw: Expr): Expr;
}

/** Any number; the raw output as it is. */
export const real: Constraint = { name: "real", map: (raw) => raw };

/** Above 0: softplus of the raw output, plus 1e-6 so that it stays above 0 in float32. */
export const positive: Constraint = { name: "positive", map: (raw) => raw.softplus().add(1e-6) };

/** Above 0, the raw output being the logarithm of its square (the log-variance): exp(raw / 2). */
export const fromLogVariance: Constraint = { name: "fromLogVariance", map: (raw) => raw.mul(0.5).exp() };

/** Between 0 and 1: the sigmoid of the raw output. */
export const unitInterval: Constraint = { name: "unitInterval", map: (raw) => raw.sigmoid() };
