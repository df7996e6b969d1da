import { describe, expect, it } from "vitest";
import { agrees, applied } from "../../testing/layers.js";
import { batchNorm } from "./batch-norm.js";

const rows = [
  [1, -2],
  [3, 0.5],
  [-1, 4],
  [0.25, 2],
];
const start = { weight: [1.5, 0.5], bias: [0.1, -0.2], running_mean: [0.3, -0.4], running_var: [2, 0.5] };

function column(i: number): number[] {
  return rows.map((row) => row[i] as number);
}

function meanOf(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

function squaresAbout(values: readonly number[], mean: number): number {
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
}

function expectClose(got: readonly number[] | undefined, want: readonly number[]): void {
  expect(got?.length).toBe(want.length);
  want.forEach((value, i) => expect(got?.[i]).toBeCloseTo(value, 12));
}

describe("batch-norm", () => {
  it("takes the running statistics in evaluation", () =>
    agrees(batchNorm({ eps: 0.01 }), (x, w, shape) => {
      const features = shape.at(-1) as number;
      return x.map((value, at) => {
        const of = (name: string): number => w[name]?.[at % features] as number;
        const scale = of("weight") / Math.sqrt(of("running_var") + 0.01);
        return (value - of("running_mean")) * scale + of("bias");
      });
    }));

  it("takes the batch's in training, and moves the running ones as PyTorch does", async () => {
    const { y, running_mean, running_var } = await applied(
      batchNorm({ momentum: 0.3 }),
      rows,
      "train",
      start,
    );
    const means = [0, 1].map((i) => meanOf(column(i)));
    const squares = [0, 1].map((i) => squaresAbout(column(i), means[i] as number));
    const expected = rows.flatMap((row) =>
      row.map((value, i) => {
        const deviation = Math.sqrt((squares[i] as number) / 4 + 1e-5);
        return (
          ((value - (means[i] as number)) / deviation) * (start.weight[i] as number) +
          (start.bias[i] as number)
        );
      }),
    );
    expectClose(y, expected);
    expectClose(
      running_mean,
      means.map((mean, i) => 0.7 * (start.running_mean[i] as number) + 0.3 * mean),
    );
    expectClose(
      running_var,
      squares.map((sum, i) => 0.7 * (start.running_var[i] as number) + (0.3 * sum) / 3),
    );
  });

  it("normalises a batch of one row by the running statistics and leaves them", async () => {
    const one = await applied(batchNorm(), [[1, -2]], "train", start);
    expect(Object.keys(one)).toEqual(["y"]);
    expectClose(one.y, (await applied(batchNorm(), [[1, -2]], "evaluate", start)).y as number[]);
  });

  it("writes nothing in evaluation", async () => {
    expect(Object.keys(await applied(batchNorm(), rows, "evaluate", start))).toEqual(["y"]);
  });

  it("refuses options out of range", () => {
    for (const momentum of [-0.1, 1.1, NaN])
      expect(() => batchNorm({ momentum })).toThrow("batch-norm: momentum");
    expect(batchNorm({ momentum: 1 }).config).toEqual({ momentum: 1 });
    for (const eps of [0, -1])
      expect(() => batchNorm({ eps })).toThrow("batch-norm: eps must be a number above 0");
  });
});
