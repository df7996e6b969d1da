import { fromBinary, toBinary } from "@bufbuild/protobuf";
import type { Tensor } from "../tensor/index.js";
import { tensorProto } from "./emitter.js";
import { ModelProtoSchema } from "./onnx_pb.js";

/** A model some of whose inputs have values by default: they can be left out of a call, and be fed all the same. */
export function withDefaults(bytes: Uint8Array, values: Readonly<Record<string, Tensor>>): Uint8Array {
  const model = fromBinary(ModelProtoSchema, bytes);
  const { graph } = model;
  const inputs = new Set(graph?.input.map(({ name }) => name));
  for (const [name, value] of Object.entries(values)) {
    if (!inputs.has(name)) throw new Error(`the graph has no input "${name}"`);
    graph?.initializer.push(tensorProto(name, value));
  }
  return toBinary(ModelProtoSchema, model);
}
