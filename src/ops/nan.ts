import type { Emitter } from "../graph/index.js";
import type { DType } from "../tensor/index.js";
import { onnxType } from "./onnx-types.js";

/** 1 where a float is NaN, else 0, in its dtype. */
export function lowerNanMarks(emit: Emitter, x: string, dtype: DType): string {
  return emit.node("Cast", [emit.node("IsNaN", [x])], { to: { int: onnxType[dtype] } });
}

/** Whether there is a NaN along axes, from their marks, as bool. */
export function lowerAnyNan(
  emit: Emitter,
  marks: string,
  dtype: DType,
  axes: readonly number[],
  keepDims: boolean,
): string {
  const most = emit.node("ReduceMax", [marks, emit.ints(axes)], { keepdims: { int: keepDims ? 1 : 0 } });
  return emit.node("Greater", [most, emit.scalar(0, dtype)]);
}
