import { create, toBinary } from "@bufbuild/protobuf";
import { type Expr, inputName, inputsOf, requireExpression, simplify } from "../graph/index.js";
import { be, type ChecksOf, requireArgument, requireOptions } from "../tensor/index.js";
import { GraphEmitter, valueInfo } from "./emitter.js";
import { requireDistinct } from "./validate.js";
import { GraphProtoSchema, ModelProtoSchema, type ValueInfoProto } from "./onnx_pb.js";

/** The ONNX operator set that compiled graphs use. */
export const opsetVersion = 20;
const irVersion = 9;

/** Texts that a compiled model carries along. */
export interface ModelMetadata {
  readonly name?: string;
  readonly properties?: Readonly<Record<string, string>>;
}

/** A model's bytes, its declared interface beside them. */
export interface CompiledGraph {
  readonly bytes: Uint8Array;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** Throws a UserError that names the function unless `outputs` is an object of expressions by name. */
export function requireOutputs(where: string, outputs: unknown): void {
  requireArgument(where, "outputs", outputs, be.having([], "an object of expressions by name"));
  for (const [name, node] of Object.entries(outputs as object)) requireExpression(where, node, `"${name}"`);
}

function declared(name: string, node: Expr): ValueInfoProto {
  return valueInfo(name, node.dtype, node.shape);
}

const metadataChecks = {
  name: be.text,
  properties: be.having([], "an object of texts by name"),
} as const satisfies ChecksOf<ModelMetadata>;

/** Puts the nodes of one graph into a model and encodes it. */
export function encodeModel(
  emitter: GraphEmitter,
  inputs: readonly ValueInfoProto[],
  outputs: readonly ValueInfoProto[],
  metadata: ModelMetadata,
): CompiledGraph {
  requireOptions("the model's metadata", metadata, metadataChecks);
  const outputNames = outputs.map(({ name }) => name);
  const graph = create(GraphProtoSchema, {
    name: metadata.name ?? "latent",
    node: emitter.finished(0, outputNames),
    valueInfo: emitter.finishedShapes(outputNames),
    initializer: emitter.finishedConstants(),
    input: [...inputs],
    output: [...outputs],
  });
  const model = create(ModelProtoSchema, {
    irVersion: BigInt(irVersion),
    producerName: "latent",
    opsetImport: [
      { domain: "", version: BigInt(opsetVersion) },
      ...[...emitter.domains].filter((domain) => domain !== "").map((domain) => ({ domain, version: 1n })),
    ],
    graph,
    metadataProps: Object.entries(metadata.properties ?? {}).map(([key, value]) => ({ key, value })),
  });
  return {
    bytes: toBinary(ModelProtoSchema, model),
    inputs: inputs.map((value) => value.name),
    outputs: outputs.map((value) => value.name),
  };
}

/**
 * Compiles named outputs to an ONNX model whose inputs are the `input` nodes they need, by name. An output
 * that is itself an input or a constant passes through an Identity. `extensions` are operators outside the ONNX standard
 * that the engine has; default none.
 */
export function compile(
  outputs: Readonly<Record<string, Expr>>,
  metadata: ModelMetadata = {},
  extensions: readonly string[] = [],
): CompiledGraph {
  requireOutputs("compile", outputs);
  const names = Object.keys(outputs);
  const roots = simplify(Object.values(outputs), { extensions });
  const inputs = inputsOf(Object.values(outputs));
  const emitter = new GraphEmitter(extensions);
  requireDistinct([...inputs.keys(), ...names]);
  emitter.reserve([...inputs.keys(), ...names]);
  for (const [name, node] of inputs) emitter.bind(node, name, 0);
  emitter.write(roots);
  const outputInfo = roots.map((node, i) => {
    const name = names[i] as string;
    emitter.alias(0, emitter.nameOf(node), name);
    return declared(name, node);
  });
  return encodeModel(
    emitter,
    [...inputs].map(([name, node]) => declared(name, node)),
    outputInfo,
    metadata,
  );
}

/** The declared name of an input node; throws for other nodes. */
export function requireInputName(node: Expr): string {
  const name = inputName(node);
  if (name === undefined) throw new Error(`a ${node.op.name} node is not an input`);
  return name;
}
