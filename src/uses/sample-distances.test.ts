import { expect, test } from "vitest";
import { kernelOf, mmdSquared, slicedWassersteinSquared } from "../objectives/index.js";
import { constant } from "../graph/index.js";
import { RandomStream, type Tensor, tensor } from "../tensor/index.js";
import { numbersOf } from "../testing/evaluate.js";
import { sampleDistances } from "./sample-distances.js";

function normals(n: number, size: number, seed: number, shift = 0, scale = 1): Tensor<"float32"> {
  const numbers = new RandomStream(seed, "points").normal(new Float32Array(n * size), 0);
  return tensor(
    "float32",
    [n, size],
    numbers.map((value) => value * scale + shift),
  );
}

test("equal samples have no Wasserstein distance; a shift is one along each direction", () => {
  const a = normals(300, 2, 1);
  expect(sampleDistances(a, a).slicedWasserstein).toBe(0);
  const b = tensor(
    "float32",
    a.shape,
    a.data.map((value) => value + 3),
  );
  // |(3, 3)| = 4.243, and the mean square of its projections to evenly spread directions is half of its square
  expect(sampleDistances(a, b).slicedWasserstein).toBeCloseTo(3, 4);
});

test("samples of unequal size are compared by their quantiles", () => {
  const a = tensor("float32", [2, 1], Float32Array.of(0, 1));
  const b = tensor("float32", [4, 1], Float32Array.of(1, 0, 0, 1));
  expect(sampleDistances(a, b).slicedWasserstein).toBe(0);
  const c = tensor("float32", [3, 1], Float32Array.of(0, 0, 3));
  // quantiles 0 0 0 | 0 3 3 against 0 0 0 | 1 1 1 of sixths: (1 + 4 + 4) / 6
  expect(sampleDistances(a, c).slicedWasserstein).toBeCloseTo(Math.sqrt(1.5), 6);
});

test("both agree with the graphs that objectives use", async () => {
  const [a, b] = [normals(60, 2, 1), normals(60, 2, 2, 0.7, 1.5)];
  const angles = Array.from({ length: 100 }, (_, k) => [
    Math.cos((k * Math.PI) / 100),
    Math.sin((k * Math.PI) / 100),
  ]);
  const of = ({ data, shape }: Tensor<"float32">) =>
    constant(tensor("float64", shape, Float64Array.from(data)));
  const expected = await numbersOf({
    sliced: slicedWassersteinSquared(of(a), of(b), constant(angles, "float64")),
    rbf: mmdSquared(of(a), of(b), kernelOf("rbf", 2, 0.5), true),
    imq: mmdSquared(of(a), of(b), kernelOf("imq", 2, 1.5), true),
  });
  const rbf = sampleDistances(a, b);
  const imq = sampleDistances(a, b, { kernel: "imq", bandwidth: 1.5 });
  expect(rbf.slicedWasserstein ** 2).toBeCloseTo(expected.sliced[0] ?? 0, 10);
  expect(rbf.mmdSquared).toBeCloseTo(expected.rbf[0] ?? 0, 10);
  expect(imq.mmdSquared).toBeCloseTo(expected.imq[0] ?? 0, 10);
});

test("the same distribution comes out near 0, another far, in any dimension", () => {
  const near = sampleDistances(normals(1500, 5, 1), normals(1500, 5, 2), { bandwidth: 1 });
  // along a random direction of five, a shift of 1 in each coordinate is of mean square 1
  const far = sampleDistances(normals(1500, 5, 1), normals(1500, 5, 2, 1), { bandwidth: 1 });
  expect(near.slicedWasserstein).toBeLessThan(0.1);
  expect(Math.abs(near.mmdSquared)).toBeLessThan(0.003);
  expect(far.slicedWasserstein).toBeGreaterThan(0.85);
  expect(far.mmdSquared).toBeGreaterThan(20 * Math.abs(near.mmdSquared));
});

test("what can't be compared is refused", () => {
  const a = normals(4, 2, 1);
  expect(() => sampleDistances(a, normals(4, 3, 1))).toThrow(/2 coordinates, the other 3/);
  expect(() => sampleDistances(normals(1, 2, 1), a)).toThrow(/points \[n, coordinates\], 2 at least/);
  const hole = tensor("float32", [2, 1], Float32Array.of(0, Number.NaN));
  expect(() => sampleDistances(hole, hole)).toThrow(/holds NaN in point 1/);
});
