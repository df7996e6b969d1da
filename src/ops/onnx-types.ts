import type { DType } from "../tensor/index.js";

/** The numbers of ONNX's TensorProto.DataType. */
export const onnxType: Readonly<Record<DType, number>> = {
  float32: 1,
  uint8: 2,
  int32: 6,
  int64: 7,
  bool: 9,
  float64: 11,
};
