import { describe, expect, test } from "vitest";
import { grad } from "../autodiff/index.js";
import { type Expr, input } from "../graph/index.js";
import { toNumbers } from "../tensor/index.js";
import { expectClose, testBackend } from "../testing/check-op.js";
import { opSamples, sampleFeeds, sampleInputs } from "../testing/op-samples.js";
import { evaluateOn } from "./index.js";
import { nodeBackend } from "./node.js";
import { wasmBackend } from "./wasm.js";

describe("evaluateOn", () => {
  const x = input("x", "float64", ["n"]);
  const y = input("y", "float64", ["n", 2]);

  test("computes one expression, or several by name", async () => {
    const backend = await testBackend();
    expect(toNumbers(await evaluateOn(backend, x.mul(2), { x: [1, 2] }))).toEqual([2, 4]);
    const { sum, x: same } = await evaluateOn(backend, { sum: x.sum(), x }, { x: [1, 2] });
    expect([toNumbers(sum), toNumbers(same)]).toEqual([[3], [1, 2]]);
  });

  test("takes numbers, nested arrays, typed arrays and tensors, converted to the input's dtype", async () => {
    const backend = await testBackend();
    const n = input("n", "int64", [2]);
    expect(toNumbers(await evaluateOn(backend, n.mul(2), { n: [3, 4] }))).toEqual([6, 8]);
    expect(toNumbers(await evaluateOn(backend, n.mul(2), { n: Float32Array.of(3, 4) }))).toEqual([6, 8]);
    const tensor = { dtype: "uint8", shape: [2], data: Uint8Array.of(3, 4) } as const;
    expect(toNumbers(await evaluateOn(backend, n.mul(2), { n: tensor }))).toEqual([6, 8]);
  });

  test("names an input that is missing or of another shape", async () => {
    const backend = await testBackend();
    await expect(evaluateOn(backend, x.exp())).rejects.toThrow(
      'the expression needs a value for its input "x"',
    );
    await expect(evaluateOn(backend, x.exp(), { x: [[1]] })).rejects.toThrow(
      'input "x" takes [n], got [1, 1]',
    );
    await expect(evaluateOn(backend, y.exp(), { y: [[1, 2, 3]] })).rejects.toThrow(
      'input "y" takes [n, 2] (n = 1), got [1, 3]',
    );
    const both = x.unsqueeze(1).add(y);
    await expect(evaluateOn(backend, both, { x: [1, 2, 3], y: [[1, 2]] })).rejects.toThrow(
      'input "y" takes [n, 2] (n = 3), got [1, 2]',
    );
  });

  test("an engine's own error reaches the caller", async () => {
    const backend = await testBackend();
    const rows = x.gather(input("i", "int32", []));
    await expect(evaluateOn(backend, rows, { x: [1, 2], i: 7 })).rejects.toThrow(
      /indices element out of data bounds/,
    );
  });
});

/** Every sample and its gradients as one graph. */
function everything(dtype: "float32" | "float64"): Record<string, Expr> {
  const inputs = sampleInputs(dtype, "rows");
  return Object.fromEntries(
    opSamples.flatMap((sample, i) => {
      const value = sample.build(inputs);
      const [da, dPositive] = grad(value.sum(), [inputs.a, inputs.positive]) as [Expr, Expr];
      return [
        [`${sample.name}:${i}`, value],
        [`${sample.name}:${i}:da`, da],
        [`${sample.name}:${i}:dPositive`, dPositive],
      ];
    }),
  );
}

describe.each(["float32", "float64"] as const)("every op and its gradients, in %s", (dtype) => {
  test("the WebAssembly engine agrees with the native one", async () => {
    const graph = everything(dtype);
    const native = await evaluateOn(await testBackend(), graph, sampleFeeds(dtype));
    const wasm = await evaluateOn(await wasmBackend(), graph, sampleFeeds(dtype));
    // The engines' kernels differ in the last digits; gradients of products of several such add up.
    for (const name of Object.keys(graph)) {
      expectClose(name, wasm[name] as never, native[name] as never, dtype === "float32" ? 5e-6 : 1e-13);
    }
  });

  test("two threads give what one gives", async () => {
    const graph = everything(dtype);
    const one = await evaluateOn(await testBackend(), graph, sampleFeeds(dtype));
    const two = await evaluateOn(await nodeBackend("cpu", 2), graph, sampleFeeds(dtype));
    for (const name of Object.keys(graph)) expect(two[name]).toEqual(one[name]);
  });
});
