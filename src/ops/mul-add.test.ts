import { describe, expect, test } from "vitest";
import { input } from "../graph/index.js";
import { compileSteps } from "../onnx/index.js";
import { type Dim, RandomStream, type Tensor, tensor, toNumbers } from "../tensor/index.js";
import { checkOp, testBackend } from "../testing/check-op.js";

test("values and gradients", async () => {
  const cases = [
    [[2, 3], [2, 3], []],
    [[3], [3], []],
    [[], [], []],
    [[0, 2], [0, 2], []],
    [["batch", 2], ["batch", 2], []],
  ];
  await checkOp({ build: (x, y, f) => x.mulAdd(y, f), cases, elementwise: (x, y, f) => x + y * f });
  await checkOp({
    build: (x, y) => x.mulAdd(y, -0.5),
    cases: [[[4], [4]]],
    elementwise: (x, y) => x - 0.5 * y,
  });
});

describe("the engine's fused operator gives the same bits as multiplying and adding", () => {
  test.each<[string, Dim[], number[]]>([
    ["a matrix", [37, 50], [37, 50]],
    ["one row", [1, 50], [1, 50]],
    ["one column", [50, 1], [50, 1]],
    ["a vector", [50], [50]],
    ["rows known only by name", ["batch", 7], [5, 7]],
    ["nothing", [0, 3], [0, 3]],
  ])("%s", async (_name, shape, lengths) => {
    const backend = await testBackend();
    const [x, y, f] = [input("x", "float32", shape), input("y", "float32", shape), input("f", "float32", [])];
    const draw = (name: string, of: number[]): Tensor => {
      const value = tensor("float32", of);
      new RandomStream(5, name).normal(value.data, 0);
      return value;
    };
    const feeds = { x: draw("x", lengths), y: draw("y", lengths), f: draw("f", []) };
    const step = { state: [], perStep: [], outputs: { z: x.mulAdd(y, f) } };
    const results = await Promise.all(
      [[], backend.extensions].map(async (extensions) => {
        const session = await backend.open(compileSteps(step, false, {}, extensions).bytes);
        const { z } = await session.run(feeds, ["z"]);
        await session.close();
        return toNumbers(z as Tensor);
      }),
    );
    expect(results[0]).toEqual(results[1]);
    expect(results[0]).toHaveLength(lengths.reduce((product, length) => product * length, 1));
  });
});

test("wrong use is refused", () => {
  const x = input("x", "float32", [2, 3]);
  expect(() => x.mulAdd(x, x)).toThrow("mulAdd: the factor must be a scalar, got [2, 3]");
  expect(() => x.mulAdd(input("y", "float32", [3]), 2)).toThrow(
    "mulAdd: float32[2, 3] and float32[3] differ",
  );
});
