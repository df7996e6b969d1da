import { describe, expect, test } from "vitest";
import { type Expr, input, scalar, simplify, topological, uniformValue } from "../graph/index.js";
import { evaluateOn } from "../runtime/index.js";
import { RandomStream, tensor, toNumbers } from "../tensor/index.js";
import { testBackend } from "../testing/check-op.js";
import { logSigmoidOfMagnitude } from "./index.js";

const x = input("x", "float32", [16, 6]);

/** How many nodes of an op are left of an expression after simplification. */
function count(expr: Expr, op: string): number {
  return topological(simplify([expr])).filter((node) => node.op.name === op).length;
}

describe("factors", () => {
  test("leave a product of matrices through transposes, all together as one number", () => {
    const product = x.mul(0.5).transpose().matmul(x.mul(-4).mul(0.25));
    const [simple] = simplify([product]) as [Expr];
    expect(simple.op.name).toBe("mul");
    expect(simple.inputs.map(uniformValue)).toContain(-0.5);
    expect(count(product, "mul")).toBe(1);
  });

  test("in float64 that float32 can't hold are not put into the product", async () => {
    const a = input("a", "float64", [1, 1]);
    const third = await evaluateOn(await testBackend(), a.matmul(a).mul(1 / 3), { a: [[1]] });
    expect(toNumbers(third)).toEqual([1 / 3]);
  });

  test("and signs leave sums", () => {
    const loss = x.sum(1).neg().mul(3).div(16).sum();
    expect(count(loss, "sum")).toBe(1);
    expect(simplify([loss])[0]?.rank).toBe(0);
    expect(count(loss, "neg") + count(loss, "mul") + count(loss, "div")).toBe(3);
    const wide = topological(simplify([loss])).filter(({ rank, op }) => rank > 0 && op.name !== "input");
    expect(wide).toEqual([]);
  });
});

test("constant numbers are computed beforehand, rounded to the dtype", () => {
  for (const dtype of ["float32", "float64"] as const) {
    const value = scalar(1, dtype).div(3).sub(2).neg().mul(0.1).add(1);
    const [folded] = simplify([value]) as [Expr];
    const round = dtype === "float32" ? Math.fround : (v: number): number => v;
    const expected = [() => 1 / round(3), (v: number) => v - 2, (v: number) => -v].reduce(
      (v, f) => round(f(v)),
      0,
    );
    expect(uniformValue(folded)).toBe(round(round(expected * round(0.1)) + 1));
  }
});

test("paddings side by side become one concatenation, others stay", () => {
  const parts = [x.slice(0, 0, 5), x.slice(0, 5, 9), x.slice(0, 9, 16)] as const;
  const spread = parts[1]
    .pad(0, 5, 7)
    .add(parts[0].pad(0, 0, 11))
    .add(parts[2].pad(0, 9, 0));
  expect([count(spread, "pad"), count(spread, "add"), count(spread, "concat")]).toEqual([0, 0, 1]);
  const overlapping = x
    .slice(0, 0, 6)
    .pad(0, 0, 10)
    .add(parts[1].pad(0, 5, 7));
  expect(count(overlapping, "pad")).toBe(2);
  const ones = x
    .slice(0, 0, 5)
    .pad(0, 0, 11, 1)
    .add(x.slice(0, 5, 16).pad(0, 5, 0, 1));
  expect(count(ones, "concat")).toBe(0);
});

describe("sums of log(sigmoid(|x|))", () => {
  const logits = new Float32Array(16 * 6);
  new RandomStream(3, "logits").normal(logits, 0);
  logits.forEach((value, i) => (logits[i] = value * 10 ** ((i % 7) - 2)));
  logits.set([0, -0, 1e-30, 100, -100, 1e30], 30);
  const feeds = { x: tensor("float32", [16, 6], logits) };
  const exact = Array.from(logits, (l) => -Math.log1p(Math.exp(-Math.abs(l))));

  test("take an eighth of the logarithms and are as exact as float32 allows", async () => {
    const total = logSigmoidOfMagnitude(x).sum();
    const logs = topological(simplify([total])).filter(({ op }) => op.name === "log");
    expect(logs.map(({ shape }) => shape)).toEqual([[2, 6]]);
    const expected = exact.reduce((a, b) => a + b);
    // Each product of eight sigmoids is rounded 15 times by 6e-8; there are 12 of them.
    expect(
      Math.abs((toNumbers(await evaluateOn(await testBackend(), total, feeds))[0] as number) - expected),
    ).toBeLessThan(15 * 12 * 6e-8);
  });

  test("over the axis in groups, and over one that has none", async () => {
    const columns = toNumbers(await evaluateOn(await testBackend(), logSigmoidOfMagnitude(x).sum(0), feeds));
    const rows = toNumbers(await evaluateOn(await testBackend(), logSigmoidOfMagnitude(x).sum(1), feeds));
    for (let j = 0; j < 6; j++) {
      const expected = exact.filter((_, i) => i % 6 === j).reduce((a, b) => a + b);
      expect(Math.abs((columns[j] as number) - expected)).toBeLessThan(30 * 6e-8 * 4);
    }
    for (let i = 0; i < 16; i++) {
      const expected = exact.slice(6 * i, 6 * i + 6).reduce((a, b) => a + b);
      expect(Math.abs((rows[i] as number) - expected)).toBeLessThan(6 * 6e-8 * 2);
    }
    expect(count(logSigmoidOfMagnitude(x).sum(1), "log")).toBe(0);
  });
});
