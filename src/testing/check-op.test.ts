import { expect, test } from "vitest";
import { defineOp, type Expr, type OpDef } from "../graph/index.js";
import { checkOp } from "./check-op.js";

/** exp, with parts to get wrong. */
function broken(parts: Partial<OpDef>): (x: Expr) => Expr {
  const make = defineOp({
    name: "broken",
    infer: ([x]) => ({ dtype: (x as Expr).dtype, shape: (x as Expr).shape }),
    gradient: ({ output, grad }) => [grad.mul(output)],
    lower: (emit, inputs) => emit.node("Exp", inputs),
    ...parts,
  });
  return (x) => make([x], {});
}

const cases = [[[3]], [[2, 2]]];

test("a right op passes", async () => {
  await checkOp({ build: broken({}), cases: [...cases, [[]], [[0]], [["batch"]]], elementwise: Math.exp });
});

test("a wrong value is found", async () => {
  await expect(
    checkOp({ build: broken({}), cases, elementwise: (x) => Math.exp(x) + 1e-12 }),
  ).rejects.toThrow(/^\[3\]: value: value 0 is/);
});

test("a wrong gradient is found, however small the error", async () => {
  const build = broken({ gradient: ({ output, grad }) => [grad.mul(output.mul(1 + 1e-6))] });
  await expect(checkOp({ build, cases })).rejects.toThrow(/gradient by input 0/);
});

test("a gradient that is right in value and wrong to differentiate again is found", async () => {
  const build = broken({ gradient: ({ output, grad }) => [grad.mul(output.stopGradient())] });
  await expect(checkOp({ build, cases })).rejects.toThrow(/second-order gradient by input 0/);
});

test("a missing gradient is found", async () => {
  await expect(checkOp({ build: broken({ gradient: () => [null] }), cases })).rejects.toThrow(
    /gradient by input 0/,
  );
});

test("a wrong shape rule is found", async () => {
  const build = broken({
    infer: ([x]) => ({ dtype: (x as Expr).dtype, shape: [1, ...(x as Expr).shape] }),
    gradient: () => [null],
  });
  await expect(checkOp({ build, cases, differentiable: false })).rejects.toThrow(
    "says [1, 3], its value has [3]",
  );
});

test("a float32 lowering that loses digits is found", async () => {
  const build = broken({
    lower: (emit, [x], { dtype }) => {
      const e = emit.node("Exp", [x as string]);
      return dtype === "float64" ? e : emit.node("Mul", [e, emit.scalar(1 + 1e-4, dtype)]);
    },
  });
  await expect(checkOp({ build, cases })).rejects.toThrow("float32 value");
});

test("the report names the shapes, and the length of named dimensions", async () => {
  const run = checkOp({
    build: (x, y) => x.add(y),
    cases: [[["batch", 2], [2]]],
    elementwise: (a, b) => a - b,
  });
  await expect(run).rejects.toThrow(/^\[batch, 2\] and \[2\] with length 3: value: value 0 is/);
});
