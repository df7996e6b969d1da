import { describe, expect, test } from "vitest";
import { type Expr, input, simplify } from "../../graph/index.js";
import { compile } from "../../onnx/index.js";
import { evaluateOn } from "../../runtime/index.js";
import { RandomStream, type Tensor, tensor, toNumbers } from "../../tensor/index.js";
import { expectClose, testBackend } from "../../testing/check-op.js";
import { convDown, convUp, convWeights, type Form } from "./convolution.js";
import { type ConvolutionOptions, convolutionGeometry } from "./convolve.js";
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

describe.each(Object.entries(cases))("%s as a direct convolution, in float64", (name, { ask, direct, sides }) => {
  test.each(geometries)("of %j by %j, %j", async (fine, kernel, options) => {
    const geometry = convolutionGeometry("conv", fine, kernel, options);
    let direct_ = 0;
    for (const [batch, channels, out] of [
      [4, 4, 8],
      [3, 8, 4],
      [5, 3, 4],
    ] as const) {
      const all = shapes(geometry, batch, channels, out);
      const [a, b] = sides.map((side) => input(side, "float64", all[side])) as [Expr, Expr];
      const found = direct(a, b, geometry, 4);
      if (found === undefined) continue;
      direct_++;
      const feeds = Object.fromEntries(sides.map((side) => [side, drawn("float64", side, all[side])]));
      const values = await evaluateOn(await testBackend(), { found, asked: ask(a, b, geometry) }, feeds);
      expect(found.shape).toEqual(ask(a, b, geometry).shape);
      expectClose(toNumbers(values.found as Tensor), toNumbers(values.asked as Tensor), 1e-12, name);
    }
    if (name !== "up") expect(direct_).toBe(3);
  });
});
