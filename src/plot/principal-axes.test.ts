import { describe, expect, it } from "vitest";
import { tensor } from "../tensor/index.js";
import { principalAxes } from "./principal-axes.js";

/** Points on a 41 x 41 lattice: spread `a` along (3, 4) / 5 and `b` along (4, -3) / 5, around (10, -7). */
function lattice(a: number, b: number): Float64Array {
  const out: number[] = [];
  for (let i = -20; i <= 20; i++) {
    for (let j = -20; j <= 20; j++) {
      out.push(10 + a * i * 0.6 + b * j * 0.8, -7 + a * i * 0.8 - b * j * 0.6);
    }
  }
  return Float64Array.from(out);
}

function close(actual: ArrayLike<number>, expected: readonly number[], tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, i) => expect(Math.abs((actual[i] ?? NaN) - value)).toBeLessThan(tolerance));
}

describe("principalAxes", () => {
  // Power iteration stops when no component moves by 1e-13; the error left is below ten times that here.
  const tolerance = 1e-12;

  it("finds the axes, the mean and the shares of a rotated lattice", () => {
    const { axes, mean, explained, points } = principalAxes(tensor("float64", [1681, 2], lattice(3, 1)));
    close(axes.data, [0.6, 0.8, 0.8, -0.6], tolerance);
    close(mean.data, [10, -7], tolerance);
    close(explained, [0.9, 0.1], tolerance);
    // The first point of the lattice is -20 steps along both axes.
    close(points.data.slice(0, 2), [-60, -20], 1e-10);
  });

  it("gives orthonormal axes and the right variances in 12 dimensions", () => {
    const [n, d] = [500, 12];
    const codes = Float64Array.from(
      { length: n * d },
      (_, i) => Math.sin(i * i * 0.37 + i) * (1 + ((i % d) % 5)),
    );
    const { axes, points, explained } = principalAxes(tensor("float64", [n, d], codes));
    const [first, second] = [axes.data.slice(0, d), axes.data.slice(d)];
    const dot = (a: Float64Array, b: Float64Array): number =>
      a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0);
    close([dot(first, first), dot(second, second), dot(first, second)], [1, 1, 0], tolerance);
    // What the projections vary, over what all the columns vary, is what was said to be explained.
    const variance = (values: number[]): number => {
      const mean = values.reduce((sum, x) => sum + x, 0) / n;
      return values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / n;
    };
    const column = (data: Float64Array, width: number, j: number): number[] =>
      Array.from({ length: n }, (_, i) => data[i * width + j] ?? NaN);
    const total = Array.from({ length: d }, (_, j) => variance(column(codes, d, j))).reduce((a, b) => a + b);
    close(
      explained,
      [0, 1].map((j) => variance(column(points.data, 2, j)) / total),
      tolerance,
    );
    expect(explained[0]).toBeGreaterThan(explained[1]);
  });

  it("handles codes that do not vary, vary along one line, or have one dimension", () => {
    const same = principalAxes(tensor("float32", [3, 2], Float32Array.of(1, 2, 1, 2, 1, 2)));
    expect(same.explained).toEqual([0, 0]);
    expect([...same.points.data]).toEqual([0, 0, 0, 0, 0, 0]);
    close(same.axes.data, [1, 0, 0, 1], tolerance);
    const line = principalAxes(tensor("float64", [2, 2], Float64Array.of(-3, -4, 3, 4)));
    close(line.explained, [1, 0], tolerance);
    close(line.axes.data, [0.6, 0.8, 0.8, -0.6], tolerance);
    const one = principalAxes(tensor("float64", [2, 1], Float64Array.of(0, 4)));
    expect([...one.points.data]).toEqual([-2, 0, 2, 0]);
    expect(one.explained).toEqual([1, 0]);
    expect(principalAxes(tensor("uint8", [1, 3])).explained).toEqual([0, 0]);
  });

  it("refuses other ranks, no codes and values that are not finite", () => {
    expect(() => principalAxes(tensor("float32", [4]))).toThrow(/\[4\]/);
    expect(() => principalAxes(tensor("float32", [0, 2]))).toThrow(/\[0, 2\]/);
    const bad = tensor("float32", [2, 2], Float32Array.of(0, 0, 0, NaN));
    expect(() => principalAxes(bad)).toThrow(/code 1 holds NaN/);
  });
});
