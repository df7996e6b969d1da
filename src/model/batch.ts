import { type Expr, input } from "../graph/index.js";
import "../ops/index.js";
import type { Dim, FloatType } from "../tensor/index.js";

/** A batch that the graph gathers out of a data set which stays in the engine. */
export interface Batch {
  /** The whole data set [examples, numbers], input `data`. */
  readonly data: Expr;
  /** The batch's rows [batch], int32, input `indices`. */
  readonly indices: Expr;
  /** The batch as floats [batch, numbers]; bytes divided by 255. */
  readonly x: Expr;
}

/** Gathers, casts and scales a batch inside the graph, so that the data can stay bytes in memory. */
export function gatherBatch(stored: "uint8" | FloatType, size: number, batch: Dim, dtype: FloatType): Batch {
  const data = input("data", stored, ["examples", size]);
  const indices = input("indices", "int32", [batch]);
  const rows = data.gather(indices);
  return { data, indices, x: stored === "uint8" ? rows.dequantize(1 / 255, dtype) : rows.cast(dtype) };
}
