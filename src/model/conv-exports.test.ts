import { fromBinary } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { type Expr, input } from "../graph/index.js";
import { initialValues, parameterInputs } from "../nn/index.js";
import { type GraphProto, ModelProtoSchema } from "../onnx/onnx_pb.js";
import { evaluateOn } from "../runtime/index.js";
import { RandomStream, type Tensor, tensor, toNumbers } from "../tensor/index.js";
import { expectClose, testBackend } from "../testing/check-op.js";
import { decoderFunction, encoderFunction } from "./functions.js";
import { vae } from "./vae.js";

const model = vae({
  input: [12, 10, 3],
  latent: 3,
  encoder:
    "sequential(layers=[conv(out=6,stride=2), relu, conv(out=8,stride=2,padding=1,groups=2), relu, conv(out=4,kernel=2), silu, flatten])",
  decoder:
    "sequential(layers=[linear(out=48), relu, reshape(shape=[3,2,8]), conv-transpose(out=6,stride=2), relu, conv-transpose(out=5,kernel=[3,4],stride=[2,2],padding=[[1,0],[1,1]],outputPadding=[0,0]), relu, conv(out=3,kernel=[2,1],padding=[[1,0],[1,1]],bias=false)],head=false)",
});
const weights = initialValues(model.parameters, 2);

function graphOf(bytes: Uint8Array): GraphProto {
  const { graph } = fromBinary(ModelProtoSchema, bytes);
  if (graph === undefined) throw new Error("there is no graph");
  return graph;
}

async function runFile(bytes: Uint8Array, feeds: Record<string, Tensor>, names: string[]) {
  const session = await (await testBackend()).open(bytes);
  const results = await session.run(feeds, names);
  await session.close();
  return results;
}

function drawn(name: string, shape: readonly number[]): Tensor<"float32"> {
  const value = tensor("float32", shape);
  new RandomStream(1, name).uniform(value.data, 0);
  return value;
}

/** The model as training binds it: weights as inputs, in the modes of training and of its measures. */
async function asTrained(
  mode: "train" | "evaluate",
  make: (bound: ReturnType<typeof model.bind>) => Expr,
  feeds: Record<string, Tensor>,
) {
  const nodes = parameterInputs(model.parameters, "float32");
  const y = make(model.bind(nodes, "float32", { mode }));
  return toNumbers(await evaluateOn(await testBackend(), y, { ...feeds, ...weights }));
}

describe.each([5, 1])("exported files of a convolutional model, with %i examples", (count) => {
  const x = drawn("x", [count, 12, 10, 3]);
  const z = drawn("z", [count, 3]);

  test.each(["train", "evaluate"] as const)("give what the model gives in mode %s", async (mode) => {
    const encoder = encoderFunction(model, weights).graph.bytes;
    const { mean } = await runFile(encoder, { x }, ["mean"]);
    const flat = input("x", "float32", [count, 360]);
    const encoded = await asTrained(mode, (bound) => bound.encode(flat).params.loc as Expr, {
      x: tensor("float32", [count, 360], x.data),
    });
    expectClose("mean", mean as Tensor, encoded, 1e-5);
    expect(Math.max(...encoded.map(Math.abs))).toBeGreaterThan(0.01);

    const decoder = decoderFunction(model, weights).graph.bytes;
    const { x: image } = await runFile(decoder, { z }, ["x"]);
    const decoded = await asTrained(
      mode,
      (bound) => bound.decode(input("z", "float32", [count, 3])).mean?.() as Expr,
      { z },
    );
    expectClose("x", image as Tensor, decoded, 1e-5);
    expect(image?.shape).toEqual([count, 12, 10, 3]);
  });
});

test.each([
  ["encoder", encoderFunction(model, weights).graph.bytes, ["Conv", "Conv", "Conv"]],
  ["decoder", decoderFunction(model, weights).graph.bytes, ["ConvTranspose", "ConvTranspose", "Conv"]],
] as const)(
  "%s.onnx is made of plain operators, its weights as PyTorch has them",
  (part, bytes, expected) => {
    const { node, initializer } = graphOf(bytes);
    const convolutions = node.filter(({ opType }) => opType.startsWith("Conv"));
    expect(convolutions.map(({ opType }) => opType)).toEqual(expected);
    const stored = new Map(initializer.map((value) => [value.name, value]));
    const own = Object.entries(weights).filter(
      ([name, { shape }]) => name.startsWith(part) && shape.length === 4,
    );
    convolutions.forEach(({ input: [, weight = ""] }, i) => {
      const { dims = [], rawData } = stored.get(weight) ?? {};
      const [, value] = own[i] as [string, Tensor];
      expect(dims.map(Number)).toEqual(value.shape);
      expect(new Float32Array((rawData as Uint8Array).slice().buffer)).toEqual(value.data);
    });
    expect(node.filter(({ domain }) => domain !== "")).toEqual([]);
    const count = (type: string): number => node.filter(({ opType }) => opType === type).length;
    // to channels first, and back before flattening or at the end
    expect(count("Transpose")).toBe(2);
    expect([count("Gather"), count("MatMul")]).toEqual([0, 0]);
  },
);

test("weights that are normalised are plain too", async () => {
  const encoder = "sequential(layers=[weight-norm(layer=conv(out=4,stride=2)), relu, flatten])";
  const normalised = vae({ input: [6, 6, 2], encoder });
  const values = initialValues(normalised.parameters, 3);
  const { bytes } = encoderFunction(normalised, values).graph;
  const kinds = graphOf(bytes).node.map(({ opType }) => opType);
  expect(kinds.filter((kind) => ["Conv", "Gather"].includes(kind))).toEqual(["Conv"]);
  const x = drawn("x", [3, 6, 6, 2]);
  const nodes = parameterInputs(normalised.parameters, "float32");
  const flat = input("x", "float32", [3, 72]);
  const mean = normalised.bind(nodes, "float32").encode(flat).params.loc as Expr;
  const feeds = { x: tensor("float32", [3, 72], x.data), ...values };
  const expected = toNumbers(await evaluateOn(await testBackend(), mean, feeds));
  const found = await runFile(bytes, { x }, ["mean"]);
  expectClose("mean", toNumbers(found["mean"] as Tensor), expected, 1e-5);
});

describe.each(["conv(channels=[8,16])", "resnet(channels=[8,16],blocks=1)"])("files of %s", (network) => {
  const pictures = vae({ input: [12, 8], latent: 3, encoder: network, decoder: network });
  const values = initialValues(pictures.parameters, 4);
  const encoder = encoderFunction(pictures, values).graph.bytes;
  const decoder = decoderFunction(pictures, values).graph.bytes;

  // the engine's blocked layouts once failed here, where sums of pictures had lost the name of their first axis
  test.each([2, 0])("take %i examples", async (count) => {
    const { mean } = await runFile(encoder, { x: drawn("x", [count, 12, 8]) }, ["mean"]);
    expect(mean?.shape).toEqual([count, 3]);
    const { x } = await runFile(decoder, { z: drawn("z", [count, 3]) }, ["x"]);
    expect(x?.shape).toEqual([count, 12, 8]);
  });

  test("normalise by a product and a sum, which engines take into the convolution before", () => {
    for (const { node, input: inputs } of [encoder, decoder].map(graphOf)) {
      const changing = new Set(inputs.map(({ name }) => name));
      const kinds = new Set<string>();
      for (const { opType, input: from, output } of node) {
        if (!from.some((name) => changing.has(name))) continue;
        kinds.add(opType);
        for (const name of output) changing.add(name);
      }
      expect(kinds).toContain("Relu");
      expect([...kinds].filter((kind) => ["Sub", "Div", "Sqrt"].includes(kind))).toEqual([]);
    }
  });
});
