import { be, requireArgument, UserError } from "../tensor/index.js";
import { fromBinary } from "@bufbuild/protobuf";
import { type ModelProto, ModelProtoSchema, TensorProto_DataType, type ValueInfoProto } from "./onnx_pb.js";

/** An input or output of an ONNX model. */
export interface OnnxValue {
  readonly name: string;
  /** ONNX's name of the element type in lower case: `float`, `double`, `uint8`, ... */
  readonly type: string;
  /** Numbers, or names for dimensions that are free; `?` for ones without a name. */
  readonly shape: readonly (number | string)[];
}

/** What an ONNX file says of itself. */
export interface OnnxDescription {
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly nodes: number;
}

function valueOf({ name, type }: ValueInfoProto): OnnxValue {
  const tensor = type?.value.case === "tensorType" ? type.value.value : undefined;
  const shape = (tensor?.shape?.dim ?? []).map(({ value }) => {
    if (value.case === "dimValue") return Number(value.value);
    return value.case === "dimParam" && value.value !== "" ? value.value : "?";
  });
  return { name, type: (TensorProto_DataType[tensor?.elemType ?? 0] ?? "unknown").toLowerCase(), shape };
}

function parsed(bytes: Uint8Array): ModelProto {
  try {
    return fromBinary(ModelProtoSchema, bytes);
  } catch (cause) {
    throw new UserError(`the bytes are no ONNX model: ${(cause as Error).message}`, 1, { cause });
  }
}

/** Reads inputs and outputs out of an ONNX model's bytes. Throws a UserError if they are none. */
export function describeOnnx(bytes: Uint8Array): OnnxDescription {
  requireArgument("describeOnnx", "the bytes", bytes, be.bytes);
  const { graph } = parsed(bytes);
  const weights = new Set(graph?.initializer.map(({ name }) => name));
  return {
    inputs: (graph?.input ?? []).filter(({ name }) => !weights.has(name)).map(valueOf),
    outputs: (graph?.output ?? []).map(valueOf),
    nodes: graph?.node.length ?? 0,
  };
}
