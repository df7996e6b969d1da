import { be, requireArgument } from "../tensor/index.js";
import type { Expr } from "../graph/index.js";
import "../ops/index.js";

/** The set a parameter lies in, and the smooth map from a network's raw outputs to it. */
export interface Constraint {
  readonly name: string;
  /** From raw outputs (any real numbers) to the parameter. */
  map(raw: Expr): Expr;
  /** Numbers that a user gives must lie above this. */
  readonly above?: number;
  /** Numbers that a user gives must lie below this. */
  readonly below?: number;
}

/** Any number; the raw output as it is. */
export const real: Constraint = { name: "real", map: (raw) => raw };

/** Above 0: softplus of the raw output, plus 1e-6 so that it stays above 0 in float32. */
export const positive: Constraint = above(0);

/** Above a number: softplus of the raw output, plus the number and 1e-6. */
export function above(least: number): Constraint {
  requireArgument("above", "the least value", least, be.number());
  const name = least === 0 ? "positive" : `above ${least}`;
  return { name, above: least, map: (raw) => raw.softplus().add(least + 1e-6) };
}

/** Log-variances beyond these would overflow, in float32, what is computed from them. */
const logVariances = [-30, 20] as const;

/**
 * Above 0, the raw output being the logarithm of its square (the log-variance): exp(raw / 2). Log-variances are kept
 * within -30..20, standard deviations within 3e-7..2e4, and have no gradient beyond: a network whose first outputs are far
 * out for some examples, as of data that aren't standardised, goes on with the others rather than end at NaN.
 */
export const fromLogVariance: Constraint = {
  name: "fromLogVariance",
  above: 0,
  map: (raw) =>
    raw
      .clamp(...logVariances)
      .mul(0.5)
      .exp(),
};

/** Between 0 and 1: the sigmoid of the raw output. */
export const unitInterval: Constraint = {
  name: "unitInterval",
  above: 0,
  below: 1,
  map: (raw) => raw.sigmoid(),
};
