import { expect, test } from "vitest";
import { grad } from "../autodiff/index.js";
import { valueInfo, GraphEmitter } from "../onnx/emitter.js";
import { encodeModel } from "../onnx/compile.js";
import { RandomStream, type Tensor, tensor, toNumbers } from "../tensor/index.js";
import { relativeError, tensorOf } from "../testing/values.js";
import { testBackend } from "../testing/check-op.js";
import { check, type Expr, input, inputsOf, print, simplify, topological } from "./index.js";

/** The values of an expression lowered as it stands, without simplification. */
async function asBuilt(expr: Expr, feeds: Readonly<Record<string, Tensor>>): Promise<number[]> {
  const inputs = inputsOf([expr]);
  const emitter = new GraphEmitter();
  for (const [name, node] of inputs) emitter.bind(node, name, 0);
  emitter.write([expr]);
  emitter.alias(0, emitter.nameOf(expr), "value");
  const declared = [...inputs].map(([name, node]) => valueInfo(name, node.dtype, node.shape));
  const model = encodeModel(emitter, declared, [valueInfo("value", expr.dtype, expr.shape)], {});
  const session = await (await testBackend()).open(model.bytes);
  const used = Object.fromEntries([...inputs.keys()].map((name) => [name, feeds[name] as Tensor]));
  const { value } = await session.run(used, ["value"]);
  await session.close();
  return toNumbers(value as Tensor);
}

/** A random matrix expression over a 3x4 and a 4x3 input, full of what the rules look for. */
function randomMatrix(draw: (n: number) => number): Expr {
  const a = input("a", "float64", [3, 4]);
  const b = input("b", "float64", [4, 3]);
  const row = input("row", "float64", [4]);
  const pool: Expr[] = [a, b, b.transpose(), a.tanh(), row.expand([3, 4])];
  const pick = (): Expr => pool[draw(pool.length)] as Expr;
  /** Any node, turned to [3, 4]. */
  const upright = (): Expr => {
    const x = pick();
    return x.shape[0] === 3 ? x : x.transpose();
  };
  const makers: (() => Expr)[] = [
    () => pick().tanh(),
    () => pick().sigmoid(),
    () => pick().transpose(),
    () => upright().add(upright()),
    () => upright().mul(upright()).add(row),
    () => upright().mul(row).sub(upright()),
    () => upright().matmul(b).matmul(upright()).mul(0.1),
    () =>
      upright()
        .transpose()
        .matmul(a)
        .matmul(b)
        .add(row.reshape([4, 1]))
        .mul(0.1),
    () => upright().greater(0).where(upright(), row),
    () => upright().sum(0, true).expand([3, 4]).mul(0.2),
    () => upright().transpose().mean(0).reshape([3, 1]).mul(upright()),
    () => upright().slice(0, 1, 3).pad(0, 1, 0),
    () => upright().transpose().slice(1, 0, 2).pad(1, 0, 1),
    () => pick().reshape([12]).reshape([2, 6]).reshape([3, 4]),
    () => upright().maximum(upright().neg()),
    () => upright().mul(0.3).matmul(b.mul(-1.7)).matmul(upright()),
    () => upright().mul(0.3).mul(1.1).div(0.7).neg().sum().mul(0.1).add(upright()),
    () => upright().square().addAlike(upright().abs()).sum(0).sum().mul(0.1).add(upright()),
    () =>
      upright()
        .slice(0, 0, 1)
        .pad(0, 0, 2)
        .add(upright().slice(0, 1, 3).pad(0, 1, 0)),
    () =>
      upright()
        .slice(0, 2, 3)
        .pad(0, 2, 0)
        .add(upright().slice(0, 0, 1).pad(0, 0, 2)),
    () => upright().unsqueeze(1).squeeze(1),
  ];
  for (let i = 0; i < 12; i++) pool.push((makers[draw(makers.length)] as () => Expr)());
  return pool.slice(-4).reduce((total, x) => (x.shape[0] === 3 ? total.add(x) : total.add(x.transpose())), a);
}

test("100 random graphs and their gradients have the same values before and after", async () => {
  const values = (name: string, shape: number[]): Tensor => {
    const value = tensor("float64", shape);
    new RandomStream(3, name).normal(value.data, 0);
    return value;
  };
  const feeds = { a: values("a", [3, 4]), b: values("b", [4, 3]), row: values("row", [4]) };
  let changed = 0;
  for (let seed = 0; seed < 100; seed++) {
    const stream = new RandomStream(seed, "graph");
    let position = 0;
    const expr = randomMatrix((n) => stream.integers(new Int32Array(1), n, position++)[0] as number);
    const leaf = inputsOf([expr]).get("a") as Expr;
    for (const root of [expr, grad(expr.sin().sum(), [leaf])[0] as Expr]) {
      const [simple] = simplify([root]) as [Expr];
      expect([simple.dtype, simple.shape]).toEqual([root.dtype, root.shape]);
      expect(() => check([simple])).not.toThrow();
      if (print(simple) !== print(root)) changed++;
      const before = await asBuilt(root, feeds);
      const after = toNumbers(await tensorOf(simple, feeds));
      // The order of sums may change, so that the last digits do; elements near 0 lose more of them.
      expect(relativeError(after, before)).toBeLessThan(1e-9);
    }
  }
  expect(changed).toBeGreaterThan(100);
});

test("nodes that a user holds stay as they are: gradients by them exist", () => {
  const x = input("x", "float32", [2, 3]);
  const held = x.expand([4, 2, 3]);
  const y = held.exp();
  simplify([y]);
  expect(y.inputs[0]).toBe(held);
  expect(topological(grad(y.sum(), [held]))).toContain(held);
});

test("a graph without anything to simplify comes back node for node", () => {
  const x = input("x", "float32", [2]);
  const y = x.exp().add(x);
  expect(simplify([y, x])).toEqual([y, x]);
  expect(simplify([y])[0]).toBe(y);
});

test("what is simple already stays: twice gives what once gives", () => {
  const x = input("x", "float32", [2, 3]);
  const once = simplify([x.transpose().tanh().transpose().expand([2, 2, 3]).exp()]);
  expect(print(simplify(once))).toBe(print(once));
  expect(print(once)).not.toContain("transpose");
});
