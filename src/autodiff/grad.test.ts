import { describe, expect, test } from "vitest";
import { check, constant, type Expr, input, scalar, topological } from "../graph/index.js";
import { checkOp } from "../testing/check-op.js";
import { valuesOf } from "../testing/values.js";
import { grad, vectorJacobianProduct } from "./index.js";

describe("composite functions agree with finite differences, in first and second order", () => {
  test("a small network with shared weights", async () => {
    const build = (x: Expr, w: Expr, b: Expr): Expr => {
      const hidden = x.matmul(w).add(b).tanh();
      return hidden.matmul(w.matrixTranspose()).sub(x).square().sum(-1).add(w.square().sum());
    };
    await checkOp({
      build,
      cases: [
        [[2, 3], [3, 2], [2]],
        [["batch", 3], [3, 1], [1]],
      ],
      domain: [-1, 1],
    });
  });

  test("an ELBO: reparameterised normal, Bernoulli likelihood, closed-form KL", async () => {
    const build = (x: Expr, mean: Expr, logVar: Expr, noise: Expr): Expr => {
      const z = mean.add(logVar.mul(0.5).exp().mul(noise));
      const logits = z.sum(-1, true).mul(x);
      const likelihood = x.mul(logits).sub(logits.softplus()).sum(-1);
      const kl = mean.square().add(logVar.exp()).sub(logVar).sub(1).mul(0.5).sum(-1);
      return likelihood.sub(kl).mean();
    };
    const cases = [
      [
        ["batch", 3],
        ["batch", 2],
        ["batch", 2],
        ["batch", 2],
      ],
    ];
    await checkOp({ build, cases, domain: [-1, 1], lengths: [3, 1] });
  });

  test("subexpressions used many times", async () => {
    const build = (x: Expr): Expr => {
      let y = x;
      for (let i = 0; i < 3; i++) y = y.mul(y.sin()).add(y);
      return y;
    };
    await checkOp({ build, cases: [[[3]], [[]]], domain: [0.2, 0.6] });
  });

  test("broadcasts and reductions in turn", async () => {
    const build = (x: Expr, y: Expr): Expr =>
      x.unsqueeze(1).sub(y.unsqueeze(0)).square().sum(-1).neg().logSumExp(1).sub(x.max(-1));
    await checkOp({
      build,
      cases: [
        [
          [3, 2],
          [4, 2],
        ],
        [
          ["batch", 2],
          [1, 2],
        ],
      ],
      domain: (u, i) => 0.3 * i + 0.1 * u,
    });
  });
});

test("the third derivative too: sin differentiated three times", async () => {
  const x = input("x", "float64", []);
  let y = x.sin();
  for (let i = 0; i < 3; i++) y = grad(y, [x])[0] as Expr;
  const [value] = await valuesOf(y, { x: 0.7 });
  expect(value).toBeCloseTo(-Math.cos(0.7), 15);
});

test("a Hessian row by row", async () => {
  const x = input("x", "float64", [2]);
  const [a, b] = [x.slice(0, 0, 1).sum(), x.slice(0, 1).sum()];
  const [slope] = grad(a.pow(3).mul(b), [x]) as [Expr];
  const rows = [0, 1].map((i) => grad(slope.slice(0, i, i + 1).sum(), [x])[0] as Expr);
  const values = await Promise.all(rows.map((row) => valuesOf(row, { x: [2, 5] })));
  expect(values).toEqual([
    [60, 12],
    [12, 0],
  ]);
});

describe("targets", () => {
  const x = input("x", "float64", [2]);
  const y = input("y", "float64", ["batch", 3]);

  test("on which nothing depends get zeros of their shape, named dimensions included", async () => {
    const [dx, dy] = grad(x.square().sum(), [x, y]) as [Expr, Expr];
    expect(dy.shape).toEqual(["batch", 3]);
    const feeds = {
      x: [1, 2],
      y: [
        [1, 2, 3],
        [4, 5, 6],
      ],
    };
    expect(await valuesOf(dx, feeds)).toEqual([2, 4]);
    expect(await valuesOf(dy, feeds)).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test("behind ops that carry no gradient get zeros", async () => {
    const loss = x.floor().add(x.greater(0).cast("float64")).add(x.stopGradient()).sum();
    expect(await valuesOf(grad(loss, [x])[0] as Expr, { x: [1.5, -2] })).toEqual([0, 0]);
  });

  test("may be inner nodes, the loss itself, or repeated", async () => {
    const inner = x.exp();
    const loss = inner.square().sum();
    const [dInner, dLoss, dx, again] = grad(loss, [inner, loss, x, x]) as [Expr, Expr, Expr, Expr];
    expect(await valuesOf(dInner, { x: [0, 0] })).toEqual([2, 2]);
    expect(await valuesOf(dLoss)).toEqual([1]);
    expect(await valuesOf(dx, { x: [0, 0] })).toEqual([2, 2]);
    expect(again).toBe(dx);
  });

  test("an inner node's gradient does not flow on into what it is made of", async () => {
    const inner = x.mul(3);
    const loss = inner.mul(x).sum();
    const [dInner, dx] = grad(loss, [inner, x]) as [Expr, Expr];
    expect(await valuesOf(dInner, { x: [1, 2] })).toEqual([1, 2]);
    expect(await valuesOf(dx, { x: [1, 2] })).toEqual([6, 12]);
  });

  test("of integer type are refused", () => {
    const n = input("n", "int32", [2]);
    expect(() => grad(x.sum(), [n])).toThrow("grad: a target is int32[2]; only floats have gradients");
  });
});

describe("losses and cotangents", () => {
  const x = input("x", "float32", [2]);

  test("a loss that is no float scalar is refused", () => {
    expect(() => grad(x, [x])).toThrow("grad takes a float scalar, got float32[2]");
    expect(() => grad(x.sum(0, true), [x])).toThrow("grad takes a float scalar, got float32[1]");
    expect(() => grad(x.greater(0).max(), [x])).toThrow("grad takes a float scalar, got bool[]");
  });

  test("cotangents weigh several outputs; they must have their shapes and dtypes", async () => {
    const [dx] = vectorJacobianProduct(
      [x.square(), x.sum()],
      [constant([1, 10]), scalar(100, "float32")],
      [x],
    ) as [Expr];
    expect(await valuesOf(dx, { x: [1, 2] })).toEqual([102, 140]);
    expect(() => vectorJacobianProduct([x], [x.sum()], [x])).toThrow(
      "the cotangent of a float32[2] output must be float32[2], got float32[]",
    );
    expect(() => vectorJacobianProduct([x], [constant([1, 2], "float64")], [x])).toThrow("got float64[2]");
    expect(() => vectorJacobianProduct([x], [], [x])).toThrow("must be float32[2], got nothing");
  });

  test("the same output twice counts twice", async () => {
    const y = x.mul(3);
    const [dx] = vectorJacobianProduct([y, y], [constant([1, 1]), constant([1, 0])], [x]) as [Expr];
    expect(await valuesOf(dx, { x: [0, 0] })).toEqual([6, 3]);
  });
});

test("a chain of 20,000 nodes is differentiated without overflowing the stack", () => {
  const x = input("x", "float32", []);
  let y = x;
  for (let i = 0; i < 20_000; i++) y = i % 2 === 0 ? y.tanh() : y.add(x);
  const [dx] = grad(y, [x]) as [Expr];
  expect(topological([dx]).length).toBeGreaterThan(40_000);
  expect(() => check([dx])).not.toThrow();
});

test("only what depends on a target is differentiated", () => {
  const x = input("x", "float32", []);
  const y = input("y", "float32", []);
  const [dx] = grad(x.mul(2).add(y.exp().tanh().sqrt()), [x]) as [Expr];
  expect(topological([dx])).not.toContain(y);
});
