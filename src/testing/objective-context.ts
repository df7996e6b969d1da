import {
  type Distribution,
  independent,
  type NoiseKind,
  type NoiseSource,
  normal,
} from "../distributions/index.js";
import { constant, type Expr, scalar } from "../graph/index.js";
import type { ObjectiveContext } from "../objectives/index.js";
import { type FloatType, fromNumbers, type Shape, sizeOf, tensor } from "../tensor/index.js";

/** Numbers with a shape as a constant of a dtype. */
export function filledConstant(values: readonly number[], shape: readonly number[], dtype: FloatType): Expr {
  return constant(tensor(dtype, shape, fromNumbers(dtype, values)));
}

/** Noise given beforehand: each draw takes the next of the lists, which must have as many numbers as are asked for. */
export function givenNoise(lists: readonly (readonly number[])[], dtype: FloatType): NoiseSource {
  let next = 0;
  return {
    draw(_kind: NoiseKind, shape: Shape): Expr {
      const values = lists[next++] ?? [];
      const size = shape.map(Number);
      if (values.length !== sizeOf(size)) {
        throw new Error(`noise ${next} has ${values.length} numbers, but [${size.join(", ")}] are asked for`);
      }
      return filledConstant(values, size, dtype);
    },
  };
}

/** Normal distributions over vectors. */
export function normalVectors(loc: Expr, scale: Expr): Distribution {
  return independent(normal.of({ loc, scale }));
}

/** A context around given parts: by default a standard normal prior of `latent` coordinates and schedules at their end. */
export function contextOf(
  parts: Partial<ObjectiveContext> & Pick<ObjectiveContext, "x" | "encode" | "decode" | "noise">,
  latent: number,
  step = Number.MAX_SAFE_INTEGER,
): ObjectiveContext {
  const dtype = parts.x.dtype as FloatType;
  return {
    prior: normal().prior([latent], { dtype, weights: {} }),
    datasetSize: 1000,
    scheduled: (_name, at) => scalar(at(step), dtype),
    ...parts,
  };
}
