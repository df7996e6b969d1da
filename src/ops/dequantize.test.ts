import { expect, test } from "vitest";
import { grad } from "../autodiff/index.js";
import { type Expr, input } from "../graph/index.js";
import { tensorOf, valuesOf } from "../testing/values.js";

const bytes = Array.from({ length: 256 }, (_, i) => i);

test("every byte becomes its value times the scale, in both dtypes", async () => {
  const x = input("x", "uint8", ["n"]);
  const scale = Math.fround(1 / 255);
  expect(await valuesOf(x.dequantize(1 / 255), { x: bytes })).toEqual(
    bytes.map((byte) => Math.fround(byte * scale)),
  );
  const wide = await tensorOf(x.dequantize(1 / 255, "float64"), { x: bytes });
  expect([wide.dtype, Array.from(wide.data as Float64Array)]).toEqual([
    "float64",
    bytes.map((byte) => byte * (1 / 255)),
  ]);
});

test("a turned batch of bytes, as layers use it", async () => {
  const x = input("x", "uint8", ["batch", 3]);
  const w = input("w", "float32", [2, 3]);
  const feeds = {
    x: [
      [0, 255, 51],
      [102, 0, 255],
    ],
    w: [
      [1, 2, 3],
      [-1, 0, 1],
    ],
  };
  const y = w.matmul(x.dequantize(1 / 255).transpose());
  const goal = [2 + 3 * 0.2, 0.4 + 3, 0.2, 1 - 0.4];
  const found = await valuesOf(y, feeds);
  for (const [i, value] of found.entries()) expect(Math.abs(value - (goal[i] as number))).toBeLessThan(5e-7);
  expect(await valuesOf(grad(y.sum(), [w])[0] as Expr, feeds)).toEqual(
    [0.4, 1, 1.2, 0.4, 1, 1.2].map(Math.fround).map((v) => expect.closeTo(v, 6) as number),
  );
});

test("what is no byte is refused", () => {
  expect(() => input("x", "int32", [2]).dequantize(1)).toThrow("dequantize: takes uint8, got int32");
});
