import { expect, test } from "vitest";
import { input } from "../graph/index.js";
import { conv, convTranspose } from "../ops/convolution/index.js";
import { rowsInMemory } from "./usual-batch.js";

const weights = (shape: readonly number[]) => input("w", "float32", shape);

test("rows are as many as wanted where no convolution is", () => {
  const x = input("x", "float32", [500, 1_000_000]);
  expect(rowsInMemory([x.relu().sum()], 500)).toBe(500);
});

test("pictures of convolutions are at most 2^21 numbers of all rows together, on either side", () => {
  // [500, 32, 32, 16]: 16,384 numbers a row come out.
  const out = conv(input("x", "float32", [500, 32, 32, 1]), weights([16, 1, 3, 3]), { padding: "same" });
  expect(rowsInMemory([out.sum()], 500)).toBe(128);
  // The same picture goes in.
  const into = conv(input("x", "float32", [500, 32, 32, 16]), weights([1, 16, 3, 3]), { stride: 2 });
  expect(rowsInMemory([into.sum()], 500)).toBe(128);
  // 64 x 64 x 8 come out of a transposed one: 32,768 numbers.
  const up = convTranspose(input("x", "float32", [500, 32, 32, 4]), weights([4, 8, 2, 2]), { stride: 2 });
  expect(rowsInMemory([up.sum()], 500)).toBe(64);
});

test("small pictures are not divided, and the largest not below 32 rows", () => {
  const small = conv(input("x", "float32", [500, 8, 8, 1]), weights([4, 1, 3, 3]), { padding: "same" });
  expect(rowsInMemory([small.sum()], 500)).toBe(500);
  const large = conv(input("x", "float32", [1, 512, 512, 3]), weights([64, 3, 3, 3]), { padding: "same" });
  expect(rowsInMemory([large.sum()], 1, 500)).toBe(32);
  expect(rowsInMemory([large.sum()], 1, 20)).toBe(20);
});
