import { describe, expect, it } from "vitest";
import { grad } from "../../autodiff/index.js";
import { fromArrays } from "../../data/index.js";
import { bernoulli, independent, normal } from "../../distributions/index.js";
import { type Expr, input } from "../../graph/index.js";
import { vae } from "../../model/index.js";
import { trainOn } from "../../runs/index.js";
import { LocalEngine } from "../../runtime/index.js";
import { nodeBackend } from "../../runtime/node.js";
import { type FloatType, fromNumbers, sizeOf, tensor } from "../../tensor/index.js";
import { colourPictures } from "../../testing/colour-pictures.js";
import { numbersOf } from "../../testing/evaluate.js";
import { contextOf, filledConstant, givenNoise, normalVectors } from "../../testing/objective-context.js";
import {
  laplacianPyramidReference,
  msSsimReference,
  pictureShape,
  ssimReference,
} from "../../testing/picture-losses.js";
import type { Platform } from "../../train/index.js";
import { objectives, type PictureLayout, simple, ssim } from "../index.js";

const range = [0, 1] as const;

/** Two pictures that are alike: waves, and the same paler with some other waves on them. */
function waves(shape: readonly number[]): { x: number[]; y: number[] } {
  const x = Array.from({ length: sizeOf(shape) }, (_, i) => 0.5 + 0.5 * Math.sin(i * 0.37 + 0.0002 * i * i));
  const y = x.map((value, i) => Math.min(1, Math.max(0, 0.8 * value + 0.1 + 0.15 * Math.cos(i * 1.3))));
  return { x, y };
}

interface Compared {
  readonly layout?: PictureLayout | undefined;
  readonly dtype?: FloatType;
}

/** Terms and the gradient by the decoded picture, of a model that decodes `y` whatever the code, without noise. */
async function terms(
  text: string,
  x: readonly number[],
  y: readonly number[],
  { layout, dtype = "float64" }: Compared,
): Promise<Record<string, number[]>> {
  const numbers = x.length;
  const made = input("made", dtype, [1, numbers]);
  const zero = (shape: readonly number[]): Expr =>
    filledConstant(new Array<number>(sizeOf(shape)).fill(0), shape, dtype);
  const context = contextOf(
    {
      x: filledConstant(x, [1, numbers], dtype),
      encode: () => normalVectors(zero([1, 2]), zero([1, 2]).add(1)),
      decode: () => independent(normal.of({ loc: made, scale: made.mul(0).add(1) })),
      noise: { draw: (_kind, shape) => zero(shape.map(Number)) },
      ...(layout && { picture: layout }),
    },
    2,
  );
  const built = objectives.from(text).build(context);
  const [slope] = grad(built.loss, [made]) as [Expr];
  return numbersOf({ ...built.terms, slope }, { made: tensor(dtype, [1, numbers], fromNumbers(dtype, y)) });
}

function layoutOf(shape: readonly number[]): PictureLayout {
  const [height, width, channels] = pictureShape(shape);
  return { height, width, channels, range };
}

describe("ssim", () => {
  const shape = [20, 17, 3];
  const { x, y } = waves(shape);
  const similarity = async (a: readonly number[], b: readonly number[]): Promise<number> =>
    (await terms("ssim", a, b, { layout: layoutOf(shape) }))["ssim"]?.[0] ?? Number.NaN;

  // skimage 0.26: structural_similarity(x, y, channel_axis=2, gaussian_weights=True, sigma=1.5,
  // use_sample_covariance=False, data_range=1)
  it.each([
    ["an altered picture", y, 0.9240915792845504],
    ["the negative", x.map((value) => 1 - value), -0.9920618938630205],
    ["an even grey", x.map(() => 0.3), 0.006315715951914709],
  ])("is scikit-image's for %s", async (_, other, expected) => {
    expect(await similarity(x, other)).toBeCloseTo(expected, 12);
    expect(ssimReference(x, other, pictureShape(shape))).toBeCloseTo(expected, 12);
  });

  it("is 1 for equal pictures, whose loss is least", async () => {
    const found = await terms("ssim(of=autoencoder)", x, x, { layout: layoutOf(shape) });
    expect(found["ssim"]?.[0]).toBeCloseTo(1, 14);
    expect(found["ssimLoss"]?.[0]).toBeCloseTo(0, 9);
    for (const value of found["slope"] ?? []) expect(Math.abs(value)).toBeLessThan(1e-8);
  });

  it("takes black and white from the data", async () => {
    const spread = (values: readonly number[]): number[] => values.map((value) => 4 * value - 1);
    const layout = { ...layoutOf(shape), range: [-1, 3] as const };
    const found = await terms("ssim(l1=0.3)", spread(x), spread(y), { layout });
    const plain = await terms("ssim(l1=0.3)", x, y, { layout: layoutOf(shape) });
    expect(found["reconstruction"]?.[0]).toBeCloseTo(plain["reconstruction"]?.[0] ?? Number.NaN, 9);
  });
});

describe("ms-ssim", () => {
  // 161 is the least side that has room for all five scales: odd sides are halved with their border.
  it.each([
    [[161, 177], 5],
    [[160, 177], 4],
    [[45, 47, 3], 3],
    [[22, 21], 2],
  ])("of pictures %j has %i scales and is the paper's", async (shape, scales) => {
    const { x, y } = waves(shape);
    const expected = msSsimReference(x, y, pictureShape(shape), scales);
    const found = await terms("ms-ssim", x, y, { layout: layoutOf(shape) });
    expect(found["msSsim"]?.[0]).toBeCloseTo(expected, 11);
    expect(expected).toBeGreaterThan(0.5);
  });

  it("pulls unlike pictures together too, where a power of a negative number would have no slope", async () => {
    const shape = [24, 24];
    const { x } = waves(shape);
    const negative = x.map((value) => 1 - value);
    const { slope = [], msSsim } = await terms("ms-ssim", x, negative, { layout: layoutOf(shape) });
    expect(slope.every(Number.isFinite)).toBe(true);
    expect(msSsim?.[0]).toBeGreaterThanOrEqual(0);
    const grey = x.map(() => 0.5);
    const towards = await terms("ms-ssim", x, grey, { layout: layoutOf(shape) });
    // against the slope lies the original
    const along = (towards["slope"] ?? []).reduce((sum, value, i) => sum + value * ((x[i] ?? 0) - 0.5), 0);
    expect(along).toBeLessThan(-1);
  });
});

it.each([
  [[16, 16], 3],
  [[7, 9, 3], 2],
  [[64, 64, 3], 5],
  [[1, 5], 1],
])("laplacian-pyramid of pictures %j has %i levels", async (shape, levels) => {
  const { x, y } = waves(shape);
  const expected = 10 * laplacianPyramidReference(x, y, pictureShape(shape), levels);
  const found = await terms("laplacian-pyramid", x, y, { layout: layoutOf(shape) });
  expect((found["reconstruction"]?.[0] ?? Number.NaN) / expected).toBeCloseTo(1, 12);
});

it.each(["ssim", "ms-ssim", "laplacian-pyramid", "charbonnier", "log-cosh", "sigma-vae"])(
  "%s has the same value and gradient in float32",
  async (text) => {
    const shape = [33, 32, 3];
    const { x, y } = waves(shape);
    const layout = layoutOf(shape);
    const wide = await terms(text, x, y, { layout });
    const narrow = await terms(text, x, y, { layout, dtype: "float32" });
    // Variances of a window are differences of numbers near 0.25, relative to which float32 is right to 1e-7.
    const near = (a: number, b: number, scale: number): void =>
      expect(Math.abs(a - b)).toBeLessThan(1e-4 * scale);
    for (const [name, [value = 0]] of Object.entries(wide)) {
      if (name !== "slope") near(narrow[name]?.[0] ?? Number.NaN, value, Math.max(1, Math.abs(value)));
    }
    const slopes = wide["slope"] ?? [];
    const largest = Math.max(...slopes.map(Math.abs));
    slopes.forEach((value, i) => {
      near(narrow["slope"]?.[i] ?? Number.NaN, value, largest);
    });
  },
);

describe("what is refused", () => {
  const refused = async (text: string, shape: readonly number[], layout?: PictureLayout): Promise<string> => {
    const { x, y } = waves(shape);
    return terms(text, x, y, { layout }).then(
      () => "nothing",
      (error: unknown) => (error as Error).message,
    );
  };

  it("examples that are no pictures, with what to take instead", async () => {
    for (const text of ["ssim", "ms-ssim", "laplacian-pyramid"]) {
      expect(await refused(text, [300])).toMatch(
        new RegExp(
          `^${text} compares pictures.*\\[300\\] numbers in a row.*charbonnier, log-cosh or sigma-vae`,
        ),
      );
    }
    for (const text of ["charbonnier", "log-cosh", "sigma-vae"])
      expect(await refused(text, [30])).toBe("nothing");
  });

  it("pictures that are too small", async () => {
    const small = [10, 30];
    expect(await refused("ssim", small, layoutOf(small))).toMatch(
      /ssim has no room .* 11 x 11 pixels in pictures of 10 x 30/,
    );
    expect(await refused("ms-ssim", [20, 20], layoutOf([20, 20]))).toMatch(
      /of 20 x 20 have no room .* take ssim/,
    );
    expect(await refused("ms-ssim(scales=4)", [64, 64], layoutOf([64, 64]))).toMatch(
      /64 x 64 have room for 3 scales, not 4.*give scales=3/,
    );
    expect(await refused("laplacian-pyramid(levels=6)", [16, 16], layoutOf([16, 16]))).toMatch(
      /5 levels, not 6/,
    );
  });

  it("numbers whose black and white are unknown", async () => {
    expect(await refused("ssim", [16, 16], { height: 16, width: 16, channels: 1 })).toMatch(
      /must know which numbers are black and white/,
    );
  });

  it("options that they can't have", () => {
    expect(() => ssim({ l1: 1.5 })).toThrow(/ssim: l1 must be a number from 0 to 1, got 1.5/);
    expect(() => objectives.from("ms-ssim(scales=1)")).toThrow(/scales must be a whole number from 2 to 5/);
    expect(() => objectives.from("ssim(of=elbow)")).toThrow(/unknown objective "elbow"; did you mean "elbo"/);
    expect(() => objectives.from("sigma-vae(min-sigma=0)")).toThrow(/minSigma must be a number from/);
  });

  it("an objective that has no -log p(x|z) to take the place of", async () => {
    const layout = layoutOf([16, 16]);
    expect(await refused("ssim(of=simple)", [16, 16], layout)).toMatch(
      /-log p\(x\|z\), which simple has no use for/,
    );
    expect(await refused("ssim(of=charbonnier)", [16, 16], layout)).toMatch(
      /which charbonnier has no use for/,
    );
    expect(simple().name).toBe("simple");
  });
});

it("reconstruction can be replaced in objectives with several draws", async () => {
  const [k, numbers] = [3, 4];
  const decoded = Array.from({ length: k * numbers }, (_, i) => Math.sin(i));
  const x = [0.1, 0.9, 0.4, 0.3];
  const context = contextOf(
    {
      x: filledConstant(x, [1, numbers], "float64"),
      encode: () =>
        normalVectors(filledConstant([0], [1, 1], "float64"), filledConstant([1], [1, 1], "float64")),
      decode: () =>
        independent(bernoulli.of({ logits: filledConstant(decoded, [k, 1, numbers], "float64") })),
      noise: givenNoise([[0.5, -1, 2]], "float64"),
    },
    1,
  );
  const { loss } = objectives.from("charbonnier(weight=2, epsilon=0.1, of=iwae(k=3))").build(context);
  const weights = Array.from({ length: k }, (_, i) => {
    const made = decoded.slice(i * numbers, (i + 1) * numbers).map((logit) => 1 / (1 + Math.exp(-logit)));
    return Math.exp(-2 * made.reduce((sum, value, j) => sum + Math.hypot(value - (x[j] ?? 0), 0.1), 0));
  });
  const expected = -Math.log(weights.reduce((a, b) => a + b, 0) / k);
  expect((await numbersOf({ loss }, {})).loss[0]).toBeCloseTo(expected, 12);
});

const platform: Platform = {
  startEngine: async () => new LocalEngine(await nodeBackend("cpu", 1)),
  openBackend: () => nodeBackend("cpu", 1),
};

it.each(["ssim", "ms-ssim(l1=0.16)", "laplacian-pyramid", "charbonnier", "log-cosh", "sigma-vae"])(
  "%s trains on colour pictures, and its own measure of the test pictures gets better",
  async (text) => {
    const data = fromArrays({
      name: "colours",
      train: colourPictures(160, 24, 1),
      test: colourPictures(32, 24, 2),
    });
    const model = vae({ input: data.shape, latent: 6, hidden: [48] });
    const options = { objective: text, epochs: 25, batchSize: 16, lr: 3e-3, seed: 1 };
    const run = await trainOn(platform, model, data, options);
    const [first, last] = [run.history[0], run.history.at(-1)];
    const [name = ""] = Object.keys(last?.evaluation.terms ?? {});
    expect(last?.evaluation.terms[name]).toBeLessThan(first?.evaluation.terms[name] ?? Number.NaN);
    expect(last?.evaluation.mse).toBeLessThan(0.6 * (first?.evaluation.mse ?? Number.NaN));
    expect(last?.evaluation.activeUnits).toBeGreaterThan(0);
    await run.model.close();
  },
);
