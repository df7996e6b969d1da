import type { Expr } from "../../graph/index.js";
import type { NoiseSource } from "../noise.js";
import { type ColumnFeatures, indices } from "./features.js";

/**
 * A factor for each feature of rows x [..., columns]: 0 for a share of each row's columns, drawn evenly from 0 to `most`, and 1
 * for the others; nothing if none is to be hidden. It needs uniform noise [..., 1 + the table's columns].
 */
export function hiddenAtRandom(
  { groups }: ColumnFeatures,
  x: Expr,
  most: number,
  noise: NoiseSource,
): Expr | undefined {
  if (most === 0) return undefined;
  const lead = x.shape.slice(0, -1);
  const count = Math.max(...groups) + 1;
  const [rate, level] = noise.draw("uniform", [...lead, 1 + count]).split(-1, [1, count]) as [Expr, Expr];
  const shown = level.greater(rate.mul(most)).cast(x.dtype);
  return shown.gather(indices(groups), -1);
}
