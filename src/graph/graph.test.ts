import { describe, expect, test } from "vitest";
import "../ops/index.js";
import { grad } from "../autodiff/index.js";
import { tensor } from "../tensor/index.js";
import {
  check,
  constant,
  constantValue,
  defineOp,
  Expr,
  input,
  inputName,
  inputsOf,
  print,
  scalar,
  topological,
  uniformValue,
} from "./index.js";

/** A small network's loss and gradient, built afresh. */
function network(): Expr[] {
  const x = input("x", "float32", ["batch", 3]);
  const w = input("w", "float32", [3, 2]);
  const loss = x
    .matmul(w)
    .add(constant([0.5, -1]))
    .relu()
    .square()
    .sum(1)
    .mean();
  return [loss, ...grad(loss, [w])];
}

describe("topological", () => {
  test("inputs come before users, each node once", () => {
    const x = input("x", "float32", [2]);
    const y = x.exp();
    const z = y.mul(y).add(x);
    const order = topological([z, y, z]);
    expect(order).toEqual([x, y, z.inputs[0], z]);
  });

  test("a chain of 100,000 nodes does not overflow the stack", () => {
    let x = input("x", "float32", []);
    for (let i = 0; i < 100_000; i++) x = x.neg();
    expect(topological([x])).toHaveLength(100_001);
  });
});

describe("check", () => {
  test("passes what the ops build", () => {
    expect(() => check(network())).not.toThrow();
  });

  test("finds a node whose type is not what its op infers", () => {
    const x = input("x", "float32", [2]);
    const { op, attrs } = x.exp();
    const wrong = new Expr(op, [x], attrs, "float32", [3]);
    expect(() => check([wrong.neg()])).toThrow(
      `node ${wrong.id} (exp) says float32[3], its op infers float32[2]`,
    );
    const mistyped = new Expr(op, [x], attrs, "float64", [2]);
    expect(() => check([mistyped])).toThrow("(exp) says float64[2], its op infers float32[2]");
  });

  test("finds a node that uses a later one", () => {
    const x = input("x", "float32", [2]);
    const early = x.exp();
    (early as { inputs: readonly Expr[] }).inputs = [x.neg()];
    expect(() => check([early])).toThrow(/node \d+ \(exp\) uses node \d+, which was made after it/);
  });

  test("finds two inputs of one name", () => {
    const both = input("x", "float32", [2]).add(input("x", "float32", [2]));
    expect(() => check([both])).toThrow('two different inputs are named "x"');
    expect(() => inputsOf([both])).toThrow('two different inputs are named "x"');
  });
});

describe("print", () => {
  test("shows one node a line, numbered in order of use", () => {
    const x = input("x", "float32", ["batch", 2]);
    expect(print(x.exp().sum(1))).toBe(
      [
        '%0 = input dtype="float32" name="x" shape=["batch",2]: float32[batch, 2]',
        "%1 = exp(%0): float32[batch, 2]",
        "%2 = sum(%1) axes=[1] keepDims=false: float32[batch]",
        "return %2",
      ].join("\n"),
    );
  });

  test("the same graph built twice prints the same", () => {
    expect(print(network())).toBe(print(network()));
  });

  test("shared nodes print once, several outputs are listed", () => {
    const x = input("x", "float64", []);
    const y = x.exp();
    expect(
      print([y.add(y), y])
        .split("\n")
        .slice(-3),
    ).toEqual(["%1 = exp(%0): float64[]", "%2 = add(%1, %1): float64[]", "return %2, %1"]);
  });

  test("long constants are cut, functions and integers are legible", () => {
    expect(print(constant([1, 2.5]))).toContain("value={1 2.5}: float32[2]");
    expect(print(constant(tensor("int64", [9])))).toContain("value={0 0 0 0 0 0 0 0 ... 9 values}: int64[9]");
    const op = defineOp<{ readonly f: () => void }>({
      name: "odd",
      infer: () => ({ dtype: "bool", shape: [] }),
      gradient: () => [],
      lower: () => "",
    });
    expect(print(op([], { f: () => undefined }))).toBe("%0 = odd f=(function): bool[]\nreturn %0");
  });
});

describe("leaves", () => {
  test("an input has a name, a constant a value", () => {
    const x = input("x", "uint8", ["batch"]);
    expect([inputName(x), constantValue(x)]).toEqual(["x", undefined]);
    const c = constant([[1, 2]]);
    expect([inputName(c), constantValue(c)?.shape, c.dtype]).toEqual([undefined, [1, 2], "float32"]);
    expect(constant(7, "int64").dtype).toBe("int64");
    expect(constant(tensor("float64", [2])).dtype).toBe("float64");
    expect(constant(Uint8Array.of(1, 2)).shape).toEqual([2]);
  });

  test("uniformValue: the number that all elements equal", () => {
    expect(uniformValue(constant([3, 3, 3]))).toBe(3);
    expect(uniformValue(scalar(-1, "int64"))).toBe(-1);
    expect(uniformValue(constant([3, 4]))).toBeUndefined();
    expect(uniformValue(constant([]))).toBeUndefined();
    expect(uniformValue(constant([Number.NaN, Number.NaN]))).toBeUndefined();
    expect(uniformValue(input("x", "float32", [1]))).toBeUndefined();
  });

  test("a constant of ragged arrays is refused", () => {
    expect(() => constant([[1], [2, 3]])).toThrow("nested arrays are not of equal length at depth 1");
  });
});

test("an op's shape error names the op, and keeps the cause", () => {
  const make = defineOp({
    name: "picky",
    infer: () => {
      throw new Error("never pleased");
    },
    gradient: () => [],
    lower: () => "",
  });
  expect(() => make([], {})).toThrow("picky: never pleased");
});
