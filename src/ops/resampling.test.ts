import { describe, expect, test } from "vitest";
import { input } from "../graph/index.js";
import type { Tensor } from "../tensor/index.js";
import { checkOp } from "../testing/check-op.js";

/** Matrices as rows. */
const rows = ({ data, shape }: Tensor): number[][] =>
  Array.from({ length: shape[0] as number }, (_, i) =>
    Array.from({ length: shape[1] as number }, (_, j) => Number(data[i * (shape[1] as number) + j])),
  );

/** PyTorch's interpolate with align_corners=False: the source of element i, held inside the row. */
function interpolated(row: readonly number[], scale: number): number[] {
  return Array.from({ length: row.length * scale }, (_, i) => {
    const from = Math.min(row.length - 1, Math.max(0, (i + 0.5) / scale - 0.5));
    const low = Math.floor(from);
    const high = Math.min(row.length - 1, low + 1);
    return (row[low] as number) * (1 - (from - low)) + (row[high] as number) * (from - low);
  });
}

describe.each([1, 2, 3, 4])("upsampling by %i", (scale) => {
  test("repeats: values and gradients", () =>
    checkOp({
      build: (x) => x.upsample(1, scale),
      cases: [[[2, 5]], [["batch", 3]], [[3, 1]], [[2, 0]]],
      expected: (x) => rows(x).flatMap((row) => row.flatMap((v) => Array<number>(scale).fill(v))),
    }));
  test("interpolates: values and gradients", () =>
    checkOp({
      build: (x) => x.upsample(1, scale, "linear"),
      cases: [[[2, 5]], [["batch", 3]], [[3, 1]], [[2, 0]]],
      expected: (x) => rows(x).flatMap((row) => interpolated(row, scale)),
    }));
});

test("upsampling of an axis with others after it", async () => {
  for (const mode of ["nearest", "linear"] as const) {
    await checkOp({
      build: (x) => x.upsample(1, 2, mode).upsample(2, 3, mode),
      cases: [[["batch", 2, 3, 2]]],
    });
  }
});

describe("pixelShuffle", () => {
  test("puts channels beside each other in PyTorch's order: values and gradients", () =>
    checkOp({
      build: (x) => x.pixelShuffle(2),
      cases: [[[2, 2, 3, 8]], [["batch", 1, 2, 4]]],
      expected: ({ data, shape }) => {
        const [n = 0, h = 0, w = 0, c = 0] = shape;
        const out: number[] = [];
        for (let b = 0; b < n; b++)
          for (let i = 0; i < 2 * h; i++)
            for (let j = 0; j < 2 * w; j++)
              for (let k = 0; k < c / 4; k++) {
                const channel = k * 4 + (i % 2) * 2 + (j % 2);
                out.push(Number(data[((b * h + (i >> 1)) * w + (j >> 1)) * c + channel]));
              }
        return out;
      },
    }));

  test("takes one axis, and three", async () => {
    await checkOp({
      build: (x) => x.pixelShuffle(3, 1),
      cases: [[[2, 2, 6]]],
      expected: ({ data }) =>
        Array.from({ length: 24 }, (_, at) => {
          const [b, i, k] = [Math.floor(at / 12), Math.floor(at / 2) % 6, at % 2];
          return Number(data[(b * 2 + Math.floor(i / 3)) * 6 + k * 3 + (i % 3)]);
        }),
    });
    await checkOp({ build: (x) => x.pixelShuffle(2, 3), cases: [[["batch", 1, 2, 1, 16]]] });
  });

  test("refuses channels that don't divide", () => {
    const x = input("x", "float32", ["batch", 2, 2, 6]);
    expect(() => x.pixelShuffle(2)).toThrow("the channels of [batch, 2, 2, 6] don't divide by 4");
    expect(() => x.pixelShuffle(0.5)).toThrow("pixelShuffle: takes a whole number from 1, got 0.5");
    expect(() => x.pixelShuffle(1, 4)).toThrow("has no 4 axes before the channels");
  });
});

describe("reflect", () => {
  test.each([
    [0, 0],
    [1, 2],
    [3, 0],
    [0, 1],
  ])("mirrors %i before and %i after: values and gradients", (before, after) =>
    checkOp({
      build: (x) => x.reflect(1, before, after),
      cases: [[[2, 4]], [["batch", 5]]],
      expected: (x) =>
        rows(x).flatMap((row) => {
          const last = row.length - 1;
          return Array.from({ length: row.length + before + after }, (_, i) => {
            const at = Math.abs(i - before);
            return row[at > last ? 2 * last - at : at] as number;
          });
        }),
    }),
  );

  test("refuses more than there is to mirror", () => {
    const x = input("x", "float32", ["batch", 3]);
    expect(() => x.reflect(1, 3, 0)).toThrow(
      "3 elements can't be mirrored along axis 1 of [batch, 3]; at most 2",
    );
    expect(() => x.reflect(0, 1, 0)).toThrow("reflect: axis 0 of [batch, 3] has no fixed length");
  });
});
