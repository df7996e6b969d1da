import { describe, expect, test } from "vitest";
import { grad } from "../../autodiff/index.js";
import { constant, type Expr, input } from "../../graph/index.js";
import { evaluateOn } from "../../runtime/index.js";
import { RandomStream, type Tensor, tensor, toNumbers } from "../../tensor/index.js";
import { expectClose, testBackend } from "../../testing/check-op.js";
import { convDown, convUp } from "./convolution.js";
import {
  type ConvolutionOptions,
  convolutionGeometry,
  transposedGeometry,
  type TransposedOptions,
} from "./convolve.js";
import { coarseOf } from "./geometry.js";
import { plainDown, plainUp } from "./plain.js";

function drawn(name: string, shape: readonly number[]): Tensor<"float32"> {
  const value = tensor("float32", shape);
  new RandomStream(3, name).normal(value.data, 0);
  return value;
}

/** Values and gradients of both forms for `count` examples, which agree to float32's roundings. */
async function agree(
  plain: (x: Expr, w: Expr, b: Expr) => Expr,
  form: (x: Expr, w: Expr) => Expr,
  shapes: readonly [x: readonly number[], w: readonly number[], out: number],
  count: number,
): Promise<void> {
  const [image, weights, out] = shapes;
  const x = input("x", "float32", ["batch", ...image]);
  const w = constant(drawn("w", weights));
  const b = constant(drawn("b", [out]));
  const results = [plain(x, w, b), form(x, w).add(b)].map((y) => {
    const loss = y.sin().sum();
    return [y, ...grad(loss, [x, w, b])];
  });
  expect(results[0]?.[0]?.shape).toEqual(results[1]?.[0]?.shape);
  const feeds = { x: drawn("x", [count, ...image]) };
  const named = Object.fromEntries(results.flatMap((list, i) => list.map((one, k) => [`${i} ${k}`, one])));
  const values = await evaluateOn(await testBackend(), named, feeds);
  for (const k of [0, 1, 2, 3]) {
    const [own, expected] = [values[`0 ${k}`] as Tensor, values[`1 ${k}`] as Tensor];
    expectClose(["value", "by x", "by w", "by b"][k] as string, own, toNumbers(expected), 2e-5);
  }
}

describe.each([3, 1, 0])("plain ONNX operators give what the forms give, for %i examples:", (count) => {
  test.each<[ConvolutionOptions, readonly number[], readonly number[]]>([
    [{ padding: "same" }, [5, 6, 2], [3, 2, 3, 3]],
    [{ stride: 2, padding: "same" }, [6, 5, 2], [3, 2, 3, 3]],
    [
      {
        stride: [1, 2],
        dilation: 2,
        padding: [
          [2, 0],
          [1, 3],
        ],
      },
      [5, 6, 1],
      [2, 1, 2, 3],
    ],
    [{ groups: 2 }, [4, 4, 4], [6, 2, 2, 2]],
    [{ stride: 2 }, [7, 3], [2, 3, 3]],
    [{ padding: 1 }, [3, 2, 3, 2], [2, 2, 3, 2, 3]],
  ])("conv %j on %j with %j", async (options, image, weights) => {
    const geometry = convolutionGeometry("conv", image.slice(0, -1), weights.slice(2), options);
    await agree(
      (x, w, b) => plainDown(x, w, b, geometry),
      (x, w) => convDown(x, w, geometry),
      [image, weights, weights[0] as number],
      count,
    );
  });

  test.each<[TransposedOptions, readonly number[], readonly number[]]>([
    [{ stride: 2, padding: "same" }, [3, 4, 2], [2, 3, 3, 3]],
    [{ stride: 3, padding: "same" }, [3, 2, 2], [2, 1, 2, 1]],
    [{ stride: 2, padding: 1, outputPadding: [1, 0] }, [3, 3, 2], [2, 3, 3, 3]],
    [
      {
        stride: 2,
        dilation: 2,
        padding: [
          [2, 0],
          [1, 3],
        ],
      },
      [3, 4, 1],
      [1, 2, 3, 3],
    ],
    [{ groups: 2, stride: 2 }, [3, 3, 4], [4, 1, 2, 2]],
    [{ stride: 2, padding: "same" }, [5, 3], [3, 2, 3]],
    [{ padding: "same" }, [2, 3, 2, 2], [2, 2, 3, 3, 3]],
  ])("convTranspose %j on %j with %j", async (options, image, weights) => {
    const geometry = transposedGeometry("convTranspose", image.slice(0, -1), weights.slice(2), options);
    expect(coarseOf(geometry)).toEqual(image.slice(0, -1));
    await agree(
      (x, w, b) => plainUp(x, w, b, geometry),
      (x, w) => convUp(x, w, geometry),
      [image, weights, (weights[1] as number) * geometry.groups],
      count,
    );
  });
});

test("float64, for which ONNX Runtime has none, is refused", () => {
  const geometry = convolutionGeometry("conv", [3, 3], [3, 3], {});
  const x = input("x", "float64", [1, 3, 3, 1]);
  expect(() => plainDown(x, constant(tensor("float64", [1, 1, 3, 3])), undefined, geometry)).toThrow(
    "conv: takes float32, got float64",
  );
});
