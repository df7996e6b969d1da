import { fromBinary } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { grad } from "../autodiff/index.js";
import { constant, type Expr, input } from "../graph/index.js";
import { type Tensor, tensor, toNumbers, toTensor } from "../tensor/index.js";
import { testBackend } from "../testing/check-op.js";
import { compile, opsetVersion } from "./index.js";
import { type GraphProto, type ModelProto, ModelProtoSchema } from "./onnx_pb.js";

function decode(bytes: Uint8Array): ModelProto & { graph: GraphProto } {
  const model = fromBinary(ModelProtoSchema, bytes);
  if (model.graph === undefined) throw new Error("no graph");
  return model as ModelProto & { graph: GraphProto };
}

async function run(
  outputs: Record<string, Expr>,
  feeds: Record<string, Tensor>,
): Promise<Record<string, number[]>> {
  const model = compile(outputs);
  const session = await (await testBackend()).open(model.bytes);
  const results = await session.run(feeds, model.outputs);
  await session.close();
  return Object.fromEntries(Object.entries(results).map(([name, value]) => [name, toNumbers(value)]));
}

const x = input("x", "float32", ["batch", 2]);
const one = { x: toTensor([[1, 2]], "float32") };

describe("what the bytes say", () => {
  const w = input("w", "float64", [2, 3]);
  const { bytes, inputs, outputs } = compile(
    { y: x.cast("float64").matmul(w), total: w.sum() },
    { name: "demo", properties: { author: "me" } },
  );
  const { graph, ...model } = decode(bytes);

  test("opset, producer, name and properties", () => {
    expect(model.opsetImport.map(({ domain, version }) => [domain, version])).toEqual([
      ["", BigInt(opsetVersion)],
    ]);
    expect([model.producerName, graph.name]).toEqual(["latent", "demo"]);
    expect(model.metadataProps.map(({ key, value }) => [key, value])).toEqual([["author", "me"]]);
  });

  test("inputs and outputs with element types, lengths and names of free dimensions", () => {
    const shown = [...graph.input, ...graph.output].map(({ name, type }) => {
      const value = type?.value.case === "tensorType" ? type.value.value : undefined;
      return [name, value?.elemType, value?.shape?.dim.map(({ value }) => value.value)];
    });
    expect(shown).toEqual([
      ["x", 1, ["batch", 2n]],
      ["w", 11, [2n, 3n]],
      ["y", 11, ["batch", 3n]],
      ["total", 11, []],
    ]);
    expect([inputs, outputs]).toEqual([
      ["x", "w"],
      ["y", "total"],
    ]);
  });

  test("every value is made once, before it is used", () => {
    const made = new Set([
      ...graph.input.map(({ name }) => name),
      ...graph.initializer.map(({ name }) => name),
    ]);
    for (const node of graph.node) {
      for (const name of node.input) expect(made).toContain(name);
      for (const name of node.output) expect(made).not.toContain(name);
      for (const name of node.output) made.add(name);
    }
    for (const { name } of graph.output) expect(made).toContain(name);
  });
});

test("the same graph built and compiled twice gives identical bytes", () => {
  const build = (): Uint8Array => {
    const [a, b] = [input("a", "float32", ["batch", 3]), input("b", "float32", [3, 2])];
    const loss = a
      .matmul(b)
      .add(constant([1, 2]))
      .softplus()
      .sum(1)
      .logSumExp();
    const [da, db] = grad(loss, [a, b]) as [Expr, Expr];
    return compile({ loss, da, db }).bytes;
  };
  expect(build()).toEqual(build());
});

test("constants keep their bits: negative zero, infinities, NaN, the ends of int64", async () => {
  const floats = [0, -0, Number.NaN, Number.POSITIVE_INFINITY, 1e-310, -1.5];
  const ends = tensor("int64", [2], BigInt64Array.of(2n ** 63n - 1n, -(2n ** 63n)));
  const { graph } = decode(
    compile({ a: constant(floats, "float64"), b: constant(ends), c: constant([0, 0]) }).bytes,
  );
  const raw = graph.initializer.map(({ rawData }) => rawData.slice().buffer);
  expect(Array.from(new Float64Array(raw[0] as ArrayBuffer))).toEqual(floats);
  expect(Array.from(new BigInt64Array(raw[1] as ArrayBuffer))).toEqual(Array.from(ends.data));
  const zeros = await run({ p: constant([0, 0]).reciprocal(), n: constant([-0, -0]).reciprocal() }, {});
  expect(zeros).toEqual({
    p: [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    n: [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY],
  });
});

describe("outputs", () => {
  test("may be inputs, constants, the same node twice, and nodes that others use", async () => {
    const y = x.mul(2);
    const outputs = {
      input: x,
      constant: constant([7, 8]),
      y,
      again: y,
      z: y.add(1),
      stopped: y.stopGradient(),
    };
    expect(await run(outputs, one)).toEqual({
      input: [1, 2],
      constant: [7, 8],
      y: [2, 4],
      again: [2, 4],
      z: [3, 5],
      stopped: [2, 4],
    });
  });

  test("alone may be a constant, with no input at all", async () => {
    expect(await run({ c: constant(3) }, {})).toEqual({ c: [3] });
    expect(compile({ c: constant(3) }).inputs).toEqual([]);
  });

  test("may not share a name with an input, nor two inputs with each other", () => {
    expect(() => compile({ x: x.exp() })).toThrow(
      'the model would have two values named "x"; rename one of them',
    );
    expect(() => compile({ y: x.add(input("x", "float32", [2])) })).toThrow(
      'two different inputs are named "x"',
    );
  });

  test("and inputs may have the names that nodes and constants would be given", async () => {
    const names = ["Add_0", "Add_1", "constant_0", "constant_1", "Mul_0", "Mul_1", "Mul_2"];
    const ins = names.map((name) => input(name, "float32", [1]));
    const total = ins.reduce((sum, node) => sum.add(node.mul(3)).mul(0.5), constant([1]));
    const feeds = Object.fromEntries(names.map((name, i) => [name, toTensor([i], "float32")]));
    const goal = names.reduce((sum, _, i) => (sum + 3 * i) * 0.5, 1);
    expect(await run({ Add_2: total, Mul_3: total.add(1) }, feeds)).toEqual({
      Add_2: [goal],
      Mul_3: [goal + 1],
    });
  });
});

test("equal nodes are lowered once, unused ones not at all", () => {
  const { graph } = decode(compile({ y: x.exp().add(x.exp()), z: x.exp().mul(3) }).bytes);
  expect(graph.node.filter(({ opType }) => opType === "Exp")).toHaveLength(1);
  expect(graph.node).toHaveLength(3);
});

test("ops of equal inputs and different attributes are told apart", async () => {
  const outputs = { a: x.sum(0), b: x.sum(1), c: x.sum(1, true), d: x.transpose().reshape([-1]) };
  const results = await run(outputs, {
    x: toTensor(
      [
        [1, 2],
        [3, 4],
      ],
      "float32",
    ),
  });
  expect(results).toEqual({ a: [4, 6], b: [3, 7], c: [3, 7], d: [1, 3, 2, 4] });
});

test("a large constant is referred to, not copied into keys, and arrives whole", async () => {
  const values = Float32Array.from({ length: 100_000 }, (_, i) => i);
  const c = constant(tensor("float32", [100_000], values));
  expect(await run({ last: c.slice(0, 99_999), sum: c.mul(0).add(1).sum() }, {})).toEqual({
    last: [99_999],
    sum: [100_000],
  });
});
