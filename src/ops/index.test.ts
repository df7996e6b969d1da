import { describe, expect, test } from "vitest";
import { grad } from "../autodiff/index.js";
import { check, Expr, print } from "../graph/index.js";
import { evaluateOn } from "../runtime/index.js";
import { toNumbers } from "../tensor/index.js";
import { expectClose, testBackend } from "../testing/check-op.js";
import { opSamples, sampleFeeds, sampleInputs } from "../testing/op-samples.js";

test("every method of nodes has a sample", () => {
  const methods = Object.getOwnPropertyNames(Expr.prototype).filter(
    (name) => !["constructor", "rank"].includes(name),
  );
  const sampled = new Set(opSamples.map(({ name }) => name));
  expect(methods.filter((name) => !sampled.has(name))).toEqual([]);
});

describe.each([3, "rows"] as const)("with %j rows", (rows) => {
  test.each(opSamples.map((sample, i) => [`${sample.name} (${i})`, sample] as const))(
    "%s runs in both dtypes, which agree, gradients too",
    async (_name, sample) => {
      const [wide, narrow] = await Promise.all(
        (["float64", "float32"] as const).map(async (dtype) => {
          const inputs = sampleInputs(dtype, rows);
          const value = sample.build(inputs);
          const [da, dPositive] = grad(value.sum(), [inputs.a, inputs.positive]) as [Expr, Expr];
          check([value, da, dPositive]);
          expect(print(sample.build(sampleInputs(dtype, rows)))).toBe(print(value));
          return evaluateOn(await testBackend(), { value, da, dPositive }, sampleFeeds(dtype));
        }),
      );
      for (const key of ["value", "da", "dPositive"] as const) {
        const goal = wide?.[key];
        const found = narrow?.[key];
        if (goal === undefined || found === undefined) throw new Error("no value");
        expect(found.shape).toEqual(goal.shape);
        expect(toNumbers(goal).every(Number.isFinite)).toBe(true);
        expectClose(key, found, goal, 1e-5);
      }
    },
  );
});
