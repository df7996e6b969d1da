import { fromBinary } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { grad } from "../../autodiff/index.js";
import { type Expr, input, print, simplify } from "../../graph/index.js";
import { compile } from "../../onnx/index.js";
import { ModelProtoSchema } from "../../onnx/onnx_pb.js";
import { evaluateOn } from "../../runtime/index.js";
import { RandomStream, type Tensor, tensor, toNumbers } from "../../tensor/index.js";
import { expectClose, testBackend } from "../../testing/check-op.js";
import { convDown, convUp, convWeights, type Form } from "./convolution.js";
import { conv, type ConvolutionOptions, convolutionGeometry } from "./convolve.js";
import { directBlock, directConvolution } from "./direct.js";
import { directDown, directUp, directWeights } from "./direct-forms.js";
import { coarseOf, type Geometry } from "./geometry.js";

const geometries: readonly (readonly [readonly number[], readonly number[], ConvolutionOptions])[] = [
  [[4, 5], [3, 3], { padding: "same" }],
  [[4, 6], [3, 3], { padding: "same", stride: 2 }],
  [[4, 6], [3, 3], { padding: 1, stride: 2 }],
  [[6, 4], [2, 3], { padding: 1, stride: [1, 2] }],
  [[7, 5], [3, 2], { padding: 2, dilation: 2 }],
  [[7, 5], [3, 3], { stride: 2, dilation: 2, padding: 1 }],
  [[7, 6], [3, 3], { stride: 3 }],
  [[6, 6], [4, 4], { stride: 2, padding: 1 }],
  [[1, 1], [3, 3], { padding: 1 }],
  [[3, 3], [1, 1], {}],
  [[5, 4], [5, 4], { padding: "same" }],
];

type Side = "fine" | "coarse" | "weights";

interface Case {
  readonly ask: Form;
  readonly direct: (a: Expr, b: Expr, geometry: Geometry, block: number) => Expr | undefined;
  readonly sides: readonly [Side, Side];
}

const cases: Readonly<Record<string, Case>> = {
  down: { ask: convDown, direct: directDown, sides: ["fine", "weights"] },
  up: { ask: convUp, direct: directUp, sides: ["coarse", "weights"] },
  weights: { ask: convWeights, direct: directWeights, sides: ["fine", "coarse"] },
};

function shapes(geometry: Geometry, batch: number, fine: number, coarse: number): Record<Side, number[]> {
  return {
    fine: [batch, ...geometry.fine, fine],
    coarse: [batch, ...coarseOf(geometry), coarse],
    weights: [coarse, fine, ...geometry.kernel],
  };
}

function drawn<T extends "float32" | "float64">(dtype: T, name: string, shape: readonly number[]): Tensor<T> {
  const value = tensor(dtype, shape);
  new RandomStream(3, name).normal(value.data, 0);
  return value;
}

/** Values of both sides that a form takes. */
function feedsOf<T extends "float32" | "float64">(
  dtype: T,
  sides: readonly Side[],
  all: Record<Side, number[]>,
): Record<string, Tensor<T>> {
  return Object.fromEntries(sides.map((side) => [side, drawn(dtype, side, all[side])]));
}

describe.each(Object.entries(cases))("%s as a direct convolution", (name, { ask, direct, sides }) => {
  // An engine without it computes what it means by the forms that all have, in float64 too.
  test.each(geometries)("of %j by %j, %j, in float64", async (space, kernel, options) => {
    const geometry = convolutionGeometry("conv", space, kernel, options);
    let applied = 0;
    for (const [batch, fine, coarse] of [
      [4, 4, 8],
      [3, 8, 4],
      [5, 3, 4],
    ] as const) {
      const all = shapes(geometry, batch, fine, coarse);
      const [a, b] = sides.map((side) => input(side, "float64", all[side])) as [Expr, Expr];
      const found = direct(a, b, geometry, 4);
      if (found === undefined) continue;
      applied++;
      const asked = ask(a, b, geometry);
      const values = await evaluateOn(await testBackend(), { found, asked }, feedsOf("float64", sides, all));
      expect(found.shape).toEqual(asked.shape);
      expectClose(name, values.found, values.asked, 1e-12);
    }
    const uneven = space.some(
      (length, i) => length % ([options.stride ?? 1, options.stride ?? 1].flat()[i] ?? 1) !== 0,
    );
    expect(applied).toBe(name !== "up" ? 3 : uneven ? 0 : 2);
  });

  test.each(geometries)("of %j by %j, %j, by the engine", async (space, kernel, options) => {
    const backend = await testBackend();
    const geometry = convolutionGeometry("conv", space, kernel, options);
    const block = directBlock(backend);
    for (const [batch, fine, coarse] of [
      [16, 16, 32],
      [19, 32, 16],
      [32, 3, 16],
    ] as const) {
      const all = shapes(geometry, batch, fine, coarse);
      const [a, b] = sides.map((side) => input(side, "float32", all[side])) as [Expr, Expr];
      const y = ask(a, b, geometry);
      const roots = simplify([y], backend);
      const form = block === undefined ? undefined : direct(a, b, geometry, block);
      expect(print(roots).includes("directConv")).toBe(form !== undefined);
      if (form === undefined) continue;
      const feeds = feedsOf("float32", sides, all);
      const session = await backend.open(compile({ y: form }, {}, backend.extensions).bytes);
      const found = await session.run(feeds, ["y"]);
      await session.close();
      const plain = await evaluateOn(backend, y, feeds);
      expectClose(name, found.y as Tensor, plain, 1e-4);
    }
  });
});

/** Convolutions, what lies between them, and gradients; the first bias has none, for what follows centres. */
function network(dtype: "float32" | "float64"): Readonly<Record<string, Expr>> {
  const x = input("x", dtype, [16, 4, 4, 16]);
  const [v, w] = ["v", "w"].map((name) => input(name, dtype, [16, 16, 3, 3])) as [Expr, Expr];
  const [b, c] = ["b", "c"].map((name) => input(name, dtype, [16])) as [Expr, Expr];
  const first = conv(x.relu(), v, { padding: "same" }).add(b);
  const centred = first.sub(first.mean([0, 1, 2], true));
  const bounded = centred.greater(0).where(centred, centred.mul(0.1));
  const y = x.add(conv(bounded, w, { padding: "same" }).add(c));
  const flat = y.reshape([16, 256]).transpose().sum(1);
  const loss = flat.mul(flat).sum().div(1000);
  const gradients = grad(loss, [x, v, w, c]).map((found, i) => [`gradient ${i}`, found] as const);
  return { loss, ...Object.fromEntries(gradients) };
}

test("one layout goes from one convolution to the next, and gives what the other forms give", async () => {
  const backend = await testBackend();
  const shapesOf = { x: [16, 4, 4, 16], v: [16, 16, 3, 3], w: [16, 16, 3, 3], b: [16], c: [16] };
  const named = Object.entries(shapesOf);
  const feeds = Object.fromEntries(named.map(([name, shape]) => [name, drawn("float32", name, shape)]));
  const wide = Object.fromEntries(
    Object.entries(feeds).map(([name, { shape, data }]) => [
      name,
      tensor("float64", shape, Float64Array.from(data)),
    ]),
  );
  const graph = network("float32");
  const target = { extensions: [directConvolution(16)] };
  const text = print(simplify(Object.values(graph), target));
  // Images leave the layout where y is flattened and where x's gradient is an output.
  expect(text.match(/ unblocked\(/g)).toHaveLength(2);
  const session = await backend.open(compile(graph, {}, backend.extensions).bytes);
  const found = await session.run(feeds, Object.keys(graph));
  await session.close();
  const expected = await evaluateOn(backend, network("float64"), wide);
  for (const name of Object.keys(graph)) {
    const [actual, goal] = [found[name], expected[name]].map((value) => toNumbers(value as Tensor)) as [
      number[],
      number[],
    ];
    const largest = Math.max(...goal.map(Math.abs));
    const scaled = (values: readonly number[]): number[] => values.map((value) => value / largest);
    expectClose(name, scaled(actual), scaled(goal), 1e-5);
  }
});

test.each([
  [16, 1],
  [4, 0],
])("of %i pictures, a factor for each channel is repeated over the pixels %i times", (batch, times) => {
  const x = input("x", "float32", [batch, 4, 4, 16]);
  const w = input("w", "float32", [16, 16, 3, 3]);
  const y = conv(x, w, { padding: "same" }).mul(input("factor", "float32", [16]));
  const { bytes } = compile({ y }, {}, [directConvolution(16)]);
  const { node = [] } = fromBinary(ModelProtoSchema, bytes).graph ?? {};
  expect(node.filter(({ opType }) => opType === "Mul")).toHaveLength(1);
  expect(node.filter(({ opType }) => opType === "Expand")).toHaveLength(times);
});
