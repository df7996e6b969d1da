import { describe, expect, test } from "vitest";
import { grad } from "../../autodiff/index.js";
import { type Expr, input } from "../../graph/index.js";
import { evaluateOn, type Feeds } from "../../runtime/index.js";
import { RandomStream, type Shape, sizeOf, type Tensor, tensor, toNumbers } from "../../tensor/index.js";
import { checkOp, expectClose, testBackend } from "../../testing/check-op.js";
import { downReference, upReference, weightsReference } from "../../testing/convolution.js";
import { goldenCases } from "../../testing/support.js";
import { convDown, convUp, convWeights } from "./convolution.js";
import {
  conv,
  type ConvolutionOptions,
  convTranspose,
  convolutionGeometry,
  transposedGeometry,
  type TransposedOptions,
} from "./convolve.js";
import { coarseOf } from "./geometry.js";

type Sizes = readonly [shape: Shape, weights: readonly number[]];

/** Examples [batch, ...image, channels], weights [out, channels / groups, ...kernel]. */
const convolutions: readonly (readonly [ConvolutionOptions, ...Sizes])[] = [
  [{}, [2, 4, 5, 2], [3, 2, 3, 2]],
  [{ padding: "same" }, ["batch", 4, 4, 2], [2, 2, 3, 3]],
  [{ stride: 2, padding: "same" }, [2, 5, 4, 2], [3, 2, 3, 3]],
  [{ stride: 2, padding: 1 }, [1, 5, 5, 1], [1, 1, 3, 3]],
  [
    {
      stride: [3, 2],
      padding: [
        [1, 0],
        [2, 1],
      ],
    },
    [2, 4, 5, 1],
    [2, 1, 2, 3],
  ],
  [{ dilation: 2, padding: 1 }, [1, 5, 4, 2], [2, 2, 2, 2]],
  [{ groups: 2, padding: "same" }, [2, 3, 3, 4], [6, 2, 3, 3]],
  [{ groups: 3, stride: 2, padding: 1 }, [2, 4, 3, 3], [3, 1, 3, 3]],
  [{ padding: 1 }, [2, 1, 1, 2], [2, 2, 3, 3]],
  [{}, [2, 1, 1, 3], [2, 3, 1, 1]],
  [{ stride: 2 }, [2, 3, 3, 2], [2, 2, 1, 1]],
  [{ padding: "same" }, [2, 3, 3, 5], [1, 5, 3, 3]],
  [{ stride: 2, dilation: 3, padding: "same" }, ["batch", 7, 2], [3, 2, 3]],
  [{ stride: 2, padding: "same", groups: 2 }, [2, 3, 2, 3, 2], [2, 1, 2, 3, 2]],
  [{}, [0, 3, 3, 1], [2, 1, 2, 2]],
];

/** Examples [batch, ...image, channels], weights [channels, out / groups, ...kernel]. */
const transposed: readonly (readonly [TransposedOptions, ...Sizes])[] = [
  [{}, [2, 3, 2, 2], [2, 3, 3, 2]],
  [{ stride: 2, padding: "same" }, ["batch", 2, 3, 3], [3, 2, 3, 3]],
  [{ stride: 2, padding: 1, outputPadding: 1 }, [2, 2, 2, 2], [2, 1, 3, 3]],
  [
    {
      stride: 3,
      padding: [
        [1, 0],
        [0, 2],
      ],
    },
    [1, 2, 3, 2],
    [2, 2, 3, 4],
  ],
  [{ stride: 3, padding: "same" }, [2, 2, 2, 2], [2, 3, 2, 2]],
  [{ groups: 2, stride: 2, outputPadding: [1, 0] }, [2, 2, 2, 4], [4, 3, 2, 2]],
  [{ padding: 1 }, [2, 1, 1, 2], [2, 3, 3, 3]],
  [{ stride: 2, dilation: 2, padding: 1 }, ["batch", 3, 2], [2, 2, 3]],
  [{ stride: 2, padding: "same" }, [1, 2, 1, 2, 2], [2, 2, 3, 2, 3]],
  [{}, [0, 2, 2, 2], [2, 1, 2, 2]],
];

describe("conv", () => {
  test.each(convolutions)("%j of %j with %j: values and gradients", async (options, x, w) => {
    const geometry = convolutionGeometry("conv", x.slice(1, -1) as number[], w.slice(2), options);
    const channels = [w[0] as number, x.at(-1) as number] as const;
    await checkOp({
      build: (a, b) => conv(a, b, options),
      cases: [[x, w]],
      expected: (a, b) => downReference(toNumbers(a), toNumbers(b), geometry, channels),
    });
  });
});

describe("convTranspose", () => {
  test.each(transposed)("%j of %j with %j: values and gradients", async (options, x, w) => {
    const geometry = transposedGeometry("convTranspose", x.slice(1, -1) as number[], w.slice(2), options);
    const channels = [x.at(-1) as number, (w[1] as number) * (options.groups ?? 1)] as const;
    await checkOp({
      build: (a, b) => convTranspose(a, b, options),
      cases: [[x, w]],
      expected: (a, b) => upReference(toNumbers(a), toNumbers(b), geometry, channels),
    });
  });
});

/** Channels by which each form is chosen: columns or products first, sub-pixel phases, one large product for the weights. */
describe("every form gives what the definition gives:", () => {
  const drawn = (name: string, shape: readonly number[]): Tensor<"float64"> => {
    const value = tensor("float64", shape);
    new RandomStream(5, name).normal(value.data, 0);
    return value;
  };
  const channels = [
    [2, 3],
    [1, 6],
    [6, 1],
    [40, 60],
    [3, 50],
    [110, 50],
    [8, 20],
  ] as const;
  const geometries: readonly (readonly [readonly number[], readonly number[], ConvolutionOptions])[] = [
    [[4, 5], [3, 3], { padding: "same" }],
    [[4, 5], [3, 3], { padding: "same", stride: 2 }],
    [[5, 5], [2, 3], { padding: 1, stride: 3 }],
    [[6], [3], { stride: 2, padding: 1, dilation: 2 }],
    [[4, 3], [1, 1], {}],
  ];
  const cases = geometries.flatMap((one) =>
    channels.flatMap(([coarse, fine]) =>
      [1, 2].flatMap((groups) =>
        coarse % groups === 0 && fine % groups === 0 ? [[...one, coarse, fine, groups] as const] : [],
      ),
    ),
  );
  test.each(cases)("%j with %j and %j, %i coarse and %i fine channels, %i groups", async (...one) => {
    const [space, kernel, options, coarse, fine, groups] = one;
    const geometry = convolutionGeometry("conv", space, kernel, { ...options, groups });
    const sides = [coarse, fine] as const;
    for (const batch of [1, 3]) {
      const feeds = {
        x: drawn("x", [batch, ...space, fine]),
        w: drawn("w", [coarse, fine / groups, ...kernel]),
        y: drawn("y", [batch, ...coarseOf(geometry), coarse]),
      };
      const [x, w, y] = Object.entries(feeds).map(([name, { shape }]) => input(name, "float64", shape)) as [
        Expr,
        Expr,
        Expr,
      ];
      const got = await evaluateOn(
        await testBackend(),
        {
          down: convDown(x, w, geometry),
          up: convUp(y, w, geometry),
          weights: convWeights(x, y, geometry),
        },
        feeds,
      );
      const { x: image, w: weights, y: result } = feeds;
      expectClose("down", got.down, downReference(image.data, weights.data, geometry, sides), 1e-12);
      expectClose("up", got.up, upReference(result.data, weights.data, geometry, sides), 1e-12);
      expectClose("weights", got.weights, weightsReference(image.data, result.data, geometry, sides), 1e-12);
    }
  });
});

type Nested = number | readonly Nested[];

interface Golden {
  readonly op: "conv2d" | "convTranspose2d";
  readonly stride: number;
  readonly padding: number;
  readonly outputPadding: number;
  readonly x: Nested;
  readonly w: Nested;
  readonly b: readonly number[];
  readonly y: Nested;
  readonly dx: Nested;
  readonly dw: Nested;
  readonly db: Nested;
}

function shapeOf(value: Nested): number[] {
  return typeof value === "number" ? [] : [value.length, ...shapeOf(value[0] ?? [])];
}

function flat(value: Nested): number[] {
  return typeof value === "number" ? [value] : value.flatMap(flat);
}

/** PyTorch's values and gradients, in its layout [batch, channels, height, width]. */
async function againstGolden(golden: Golden, dtype: "float64" | "float32"): Promise<void> {
  const { op, stride, padding, outputPadding } = golden;
  const x = input("x", dtype, shapeOf(golden.x));
  const w = input("w", dtype, shapeOf(golden.w));
  const b = input("b", dtype, shapeOf(golden.b));
  const image = x.transpose([0, 2, 3, 1]);
  const y = (
    op === "conv2d"
      ? conv(image, w, { stride, padding })
      : convTranspose(image, w, { stride, padding, outputPadding })
  )
    .add(b)
    .transpose([0, 3, 1, 2]);
  const upstream = input("upstream", dtype, y.shape);
  const [dx, dw, db] = grad(y.mul(upstream).sum(), [x, w, b]) as [Expr, Expr, Expr];
  const count = sizeOf(y.shape);
  const feeds: Feeds = {
    x: golden.x,
    w: golden.w,
    b: golden.b,
    upstream: {
      dtype: "float64",
      shape: y.shape as number[],
      data: Float64Array.from({ length: count }, (_, i) => Math.cos(i)),
    },
  };
  const results = await evaluateOn(await testBackend(), { y, dx, dw, db }, feeds);
  for (const name of ["y", "dx", "dw", "db"] as const) {
    expectClose(name, results[name], flat(golden[name]), dtype === "float64" ? 1e-9 : 1e-4);
  }
}

describe("PyTorch's values and gradients", () => {
  const cases = goldenCases<Golden>("conv.json", () => true);
  test.each(cases.map((golden, i) => [`${golden.op} ${i}`, golden] as const))("%s", async (_, golden) => {
    await againstGolden(golden, "float64");
    await againstGolden(golden, "float32");
  });
  test("there are some", () => expect(cases.length).toBeGreaterThan(5));
});

describe("what can't be convolved is refused:", () => {
  const image = (...shape: Shape): Expr => input("x", "float32", shape);
  const weights = (...shape: Shape): Expr => input("w", "float32", shape);
  test.each<[string, () => Expr, string]>([
    [
      "a kernel larger than the image",
      () => conv(image(2, 2, 3, 1), weights(4, 1, 3, 3)),
      "conv: a kernel of [3, 3] is larger than the image of [2, 3]; take a smaller kernel",
    ],
    [
      "the same with padding and dilation",
      () => conv(image(2, 2, 3, 1), weights(4, 1, 3, 3), { padding: 1, dilation: 3 }),
      "a kernel of [3, 3] dilated by [3, 3] is larger than the image of [2, 3], [4, 5] with padding,",
    ],
    [
      "other channels",
      () => conv(image(2, 4, 4, 3), weights(4, 2, 3, 3)),
      "must be [4, 3, 3, 3], got float32[4, 2, 3, 3]",
    ],
    [
      "groups that don't divide",
      () => conv(image(2, 4, 4, 3), weights(4, 1, 3, 3), { groups: 2 }),
      "in 2 groups must be",
    ],
    [
      "an image without batch",
      () => conv(image(4, 4, 1), weights(4, 1, 3, 3)),
      "conv: takes x [batch, ...image, channels]",
    ],
    ["an image of unknown size", () => conv(image(1, "h", 4, 1), weights(4, 1, 3, 3)), "got [1, h, 4, 1]"],
    [
      "a stride of 0",
      () => conv(image(1, 4, 4, 1), weights(4, 1, 3, 3), { stride: 0 }),
      "conv: stride must be a whole number from 1, got 0",
    ],
    [
      "padding by another name",
      () => conv(image(1, 4, 4, 1), weights(4, 1, 3, 3), { padding: "full" as "same" }),
      'got "full"',
    ],
    [
      "too many strides",
      () => conv(image(1, 4, 4, 1), weights(4, 1, 3, 3), { stride: [1, 1, 1] }),
      "stride has 3 numbers for an image of 2 axes",
    ],
    [
      "output padding of a stride",
      () => convTranspose(image(1, 4, 4, 1), weights(1, 1, 3, 3), { stride: 2, outputPadding: 2 }),
      "outputPadding must be below the stride 2, got 2",
    ],
    [
      "padding that leaves nothing",
      () => convTranspose(image(1, 1, 1, 1), weights(1, 1, 3, 3), { padding: 2 }),
      "an image of [1, 1] would become [-1, -1]",
    ],
    [
      "output padding with same",
      () =>
        convTranspose(image(1, 4, 4, 1), weights(1, 1, 3, 3), {
          stride: 2,
          padding: "same",
          outputPadding: 1,
        }),
      "leave outputPadding out",
    ],
  ])("%s", (_, make, message) => {
    expect(make).toThrow(message);
  });
});
