import type { Binarization } from "../data/portable.js";
import { type Expr, input } from "../graph/index.js";
import "../ops/index.js";
import type { Dim, FloatType } from "../tensor/index.js";
import { type NoiseInput, NoiseInputs } from "./noise.js";

/** A batch that the graph gathers out of a data set which stays in the engine. */
export interface Batch {
  /** The whole data set [examples, numbers], input `data`. */
  readonly data: Expr;
  /** The batch's rows [batch], int32, input `indices`. */
  readonly indices: Expr;
  /** The batch as floats [batch, numbers]; bytes divided by 255. */
  readonly x: Expr;
  /** The uniform noise, of x's shape, that dynamic binarisation draws with; otherwise none. */
  readonly noise: readonly NoiseInput[];
}

/**
 * Gathers, casts and scales a batch inside the graph, so that the data can stay bytes in memory. With `binarize`
 * dynamic, x is then 1 with its grey level as probability and else 0, drawn by noise named `binarize/0`; the other
 * ways of making data binary are work for `binarizeDataset`, and x is as the data are.
 */
export function gatherBatch(
  stored: "uint8" | FloatType,
  size: number,
  batch: Dim,
  dtype: FloatType,
  binarize: Binarization = "none",
): Batch {
  const data = input("data", stored, ["examples", size]);
  const indices = input("indices", "int32", [batch]);
  const rows = data.gather(indices);
  const levels = stored === "uint8" ? rows.dequantize(1 / 255, dtype) : rows.cast(dtype);
  if (binarize !== "dynamic") return { data, indices, x: levels, noise: [] };
  const noise = new NoiseInputs(dtype, "binarize");
  const x = noise.draw("uniform", levels.shape).less(levels).cast(dtype);
  return { data, indices, x, noise: noise.inputs };
}
