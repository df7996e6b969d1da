import { describe, expect, test } from "vitest";
import { RandomStream, type Tensor, tensor } from "../tensor/index.js";
import { pictureQuality } from "./picture-quality.js";

function codes(seed: number, n: number, d: number, shift = 0, scale = 1): Tensor<"float32"> {
  const data = new RandomStream(seed).normal(new Float32Array(n * d), 0).map((z) => scale * z + shift);
  return tensor("float32", [n, d], data);
}

function rowsOf({ data, shape: [, d = 1] }: Tensor<"float32">): number[][] {
  return Array.from({ length: data.length / d }, (_, i) => [...data.subarray(i * d, (i + 1) * d)]);
}

/** The papers' definitions, written down word by word. */
function naive(real: number[][], generated: number[][], k: number) {
  const distance = (a: number[], b: number[]): number =>
    Math.sqrt(a.reduce((sum, x, i) => sum + (x - (b[i] ?? 0)) ** 2, 0));
  const radius = (own: number[][], i: number): number =>
    own
      .filter((_, j) => j !== i)
      .map((other) => distance(own[i] ?? [], other))
      .sort((a, b) => a - b)[k - 1] ?? 0;
  const [ofReal, ofGenerated] = [
    real.map((_, i) => radius(real, i)),
    generated.map((_, i) => radius(generated, i)),
  ];
  const within = (own: number[][], radii: number[], x: number[]): number =>
    own.filter((y, i) => distance(x, y) <= (radii[i] ?? 0)).length;
  const share = (list: number[][], ok: (x: number[], i: number) => boolean): number =>
    list.filter(ok).length / list.length;
  return {
    precision: share(generated, (y) => within(real, ofReal, y) > 0),
    recall: share(real, (x) => within(generated, ofGenerated, x) > 0),
    density: generated.reduce((sum, y) => sum + within(real, ofReal, y), 0) / (k * generated.length),
    coverage: share(real, (x, i) => generated.some((y) => distance(x, y) <= (ofReal[i] ?? 0))),
  };
}

describe("against the definitions", () => {
  test.each([
    [1, 70, 50, 3, 0],
    [5, 120, 90, 6, 0.7],
    [3, 40, 200, 2, 2],
  ])("k = %i, %i and %i codes of %i, %f apart", async (k, n, m, d, shift) => {
    const [real, generated] = [codes(1, n, d), codes(2, m, d, shift, 0.8)];
    const expected = naive(rowsOf(real), rowsOf(generated), k);
    const found = await pictureQuality(real, generated, { k });
    expect(found).toEqual({ ...expected, density: found.density, real: n, generated: m, k });
    expect(found.density).toBeCloseTo(expected.density, 12);
  });
});

test("a set beside itself has 1 of each; one far away none", async () => {
  const real = codes(3, 100, 4);
  expect(await pictureQuality(real, real)).toMatchObject({
    precision: 1,
    recall: 1,
    density: 1,
    coverage: 1,
  });
  const far = await pictureQuality(real, codes(4, 100, 4, 50));
  expect(far).toMatchObject({ precision: 0, recall: 0, density: 0, coverage: 0 });
});

test("one mode of two: precise, but half is not covered", async () => {
  const [a, b] = [codes(5, 150, 2), codes(6, 150, 2, 30)];
  const both = tensor("float32", [300, 2], Float32Array.of(...a.data, ...b.data));
  const quality = await pictureQuality(both, codes(7, 300, 2));
  expect(quality.precision).toBeGreaterThan(0.9);
  expect(quality.recall).toBeLessThanOrEqual(0.5);
  expect(quality.coverage).toBeLessThanOrEqual(0.5);
});

test.each([
  [
    "too few",
    () => pictureQuality(codes(1, 5, 2), codes(2, 50, 2)),
    /5 real codes have no neighbour number 5/,
  ],
  ["lengths", () => pictureQuality(codes(1, 50, 2), codes(2, 50, 3)), /2 numbers and generated ones 3/],
  ["shape", () => pictureQuality(tensor("float32", [4]), codes(2, 50, 3)), /must be \[n, d\], got \[4\]/],
  [
    "NaN",
    () => pictureQuality(codes(1, 50, 2), codes(2, 50, 2, Number.NaN)),
    /generated code 0 has a number that is not finite/,
  ],
])("%s is told", async (_, call, message) => {
  await expect(call()).rejects.toThrow(message);
});
