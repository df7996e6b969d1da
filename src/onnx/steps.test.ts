import { fromBinary } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { grad } from "../autodiff/index.js";
import { constant, type Expr, input } from "../graph/index.js";
import { RandomStream, type Tensor, tensor, toNumbers, toTensor } from "../tensor/index.js";
import { testBackend } from "../testing/check-op.js";
import { compileSteps, nextName, type StepGraph, stepsInput } from "./index.js";
import { type GraphProto, ModelProtoSchema } from "./onnx_pb.js";

type Numbers = Record<string, number[]>;

/** All steps in one call of a model with an ONNX Loop. */
async function looped(step: StepGraph, feeds: Record<string, Tensor>, steps: number): Promise<Numbers> {
  const model = compileSteps(step, true);
  const session = await (await testBackend()).open(model.bytes);
  const count = tensor("int64", [], BigInt64Array.of(BigInt(steps)));
  const results = await session.run({ ...feeds, [stepsInput]: count }, model.outputs);
  await session.close();
  return Object.fromEntries(Object.entries(results).map(([name, value]) => [name, toNumbers(value)]));
}

function row({ dtype, shape, data }: Tensor, i: number): Tensor {
  const size = shape.slice(1).reduce((product, length) => product * length, 1);
  return { dtype, shape: [1, ...shape.slice(1)], data: data.slice(i * size, (i + 1) * size) };
}

/** The same with one call a step, the state carried by hand. */
async function single(step: StepGraph, feeds: Record<string, Tensor>, steps: number): Promise<Numbers> {
  const model = compileSteps(step, false);
  const session = await (await testBackend()).open(model.bytes);
  const values = { ...feeds };
  const perStep = new Set(step.perStep.map(({ attrs }) => attrs.name as string));
  const outputs: Numbers = Object.fromEntries(Object.keys(step.outputs).map((name) => [name, []]));
  for (let i = 0; i < steps; i++) {
    const fed = Object.entries(values).map(([name, v]) => [name, perStep.has(name) ? row(v, i) : v] as const);
    const results = await session.run(Object.fromEntries(fed), model.outputs);
    for (const [name, list] of Object.entries(outputs)) list.push(...toNumbers(results[name] as Tensor));
    for (const { current } of step.state) {
      const name = current.attrs.name as string;
      values[name] = results[nextName(name)] as Tensor;
    }
  }
  await session.close();
  const names = step.state.map(({ current }) => current.attrs.name as string);
  return {
    ...Object.fromEntries(names.map((name) => [nextName(name), toNumbers(values[name] as Tensor)])),
    ...outputs,
  };
}

function random(name: string, shape: number[]): Tensor {
  const value = tensor("float32", shape);
  new RandomStream(1, name).normal(value.data, 0);
  return value;
}

/** Linear regression by momentum: three states (one an integer), batches gathered from shared data by step. */
function regression(): { step: StepGraph; feeds: Record<string, Tensor> } {
  const data = input("data", "float32", ["examples", 3]);
  const w = input("w", "float32", [3, 2]);
  const momentum = input("momentum", "float32", [3, 2]);
  const t = input("t", "int64", []);
  const indices = input("indices", "int32", ["batch"]);
  const rate = input("rate", "float32", []);
  const batch = data.gather(indices);
  const loss = batch
    .matmul(w)
    .tanh()
    .sub(batch.slice(1, 0, 2))
    .square()
    .sum(1)
    .mean();
  const [slope] = grad(loss, [w]) as [Expr];
  const velocity = momentum.mul(0.9).add(slope);
  return {
    step: {
      state: [
        { current: w, next: w.sub(velocity.mul(rate).div(t.add(1).cast("float32").sqrt())) },
        { current: momentum, next: velocity },
        { current: t, next: t.add(1) },
      ],
      perStep: [indices, rate],
      outputs: { loss, count: t, codes: batch.matmul(w) },
    },
    feeds: {
      data: random("data", [10, 3]),
      w: random("w", [3, 2]),
      momentum: tensor("float32", [3, 2]),
      t: tensor("int64", []),
      indices: toTensor(
        [
          [0, 3, 5, 9],
          [1, 2, 8, 8],
          [7, 6, 4, 0],
        ],
        "int32",
      ),
      rate: toTensor([0.1, 0.2, 0.05], "float32"),
    },
  };
}

describe("a training loop", () => {
  test("gives bit for bit the same in a Loop and step by step", async () => {
    const { step, feeds } = regression();
    const inLoop = await looped(step, feeds, 3);
    expect(inLoop).toEqual(await single(step, feeds, 3));
    expect(inLoop["next:t"]).toEqual([3]);
    expect(inLoop.count).toEqual([0, 1, 2]);
    expect(inLoop.codes).toHaveLength(3 * 4 * 2);
    expect(new Set(inLoop.loss).size).toBe(3);
  });

  test("in two calls gives what one call gives", async () => {
    const { step, feeds } = regression();
    const first = await looped(step, feeds, 2);
    const state = Object.fromEntries(
      step.state.map(({ current }) => {
        const name = current.attrs.name as string;
        const numbers = first[nextName(name)] as number[];
        return [
          name,
          toTensor(
            { ...(feeds[name] as Tensor), dtype: "float64", data: Float64Array.from(numbers) },
            current.dtype,
          ),
        ];
      }),
    );
    const rest = { indices: row(feeds.indices as Tensor, 2), rate: row(feeds.rate as Tensor, 2) };
    const second = await looped(step, { ...feeds, ...state, ...rest }, 1);
    const whole = await looped(step, feeds, 3);
    expect(second["next:w"]).toEqual(whole["next:w"]);
    expect([...(first.loss as number[]), ...(second.loss as number[])]).toEqual(whole.loss);
  });

  test("of no steps hands the state through", async () => {
    const { step, feeds } = regression();
    const none = { indices: tensor("int32", [0, 4]), rate: tensor("float32", [0]) };
    const result = await looped(step, { ...feeds, ...none }, 0);
    expect(result["next:w"]).toEqual(toNumbers(feeds.w as Tensor));
    expect(result.loss).toEqual([]);
  });

  test("compiled twice gives identical bytes", () => {
    for (const loop of [true, false]) {
      expect(compileSteps(regression().step, loop).bytes).toEqual(
        compileSteps(regression().step, loop).bytes,
      );
    }
  });
});

describe.each([
  ["in a Loop", looped],
  ["step by step", single],
] as const)("%s", (_name, run) => {
  const s = input("s", "float32", [2]);
  const p = input("p", "float32", [2]);
  const c = input("c", "float32", [2]);
  const feeds = {
    s: toTensor([1, 2], "float32"),
    p: toTensor(
      [
        [1, 1],
        [10, 10],
      ],
      "float32",
    ),
    c: toTensor([5, 6], "float32"),
  };

  test("states may swap, stay, become constants, inputs or each other; outputs may be any of these", async () => {
    const u = input("u", "float32", [2]);
    const v = input("v", "float32", [2]);
    const w = input("w", "float32", [2]);
    const fixed = constant([3, 4]);
    const step: StepGraph = {
      state: [
        { current: s, next: u },
        { current: u, next: s },
        { current: v, next: v },
        { current: w, next: fixed },
      ],
      perStep: [p],
      outputs: { state: s, again: s, given: p, shared: c, fixed, outer: c.mul(2), same: p },
    };
    const more = {
      u: toTensor([8, 9], "float32"),
      v: toTensor([0, 1], "float32"),
      w: toTensor([0, 0], "float32"),
    };
    expect(await run(step, { ...feeds, ...more }, 2)).toEqual({
      "next:s": [1, 2],
      "next:u": [8, 9],
      "next:v": [0, 1],
      "next:w": [3, 4],
      state: [1, 2, 8, 9],
      again: [1, 2, 8, 9],
      given: [1, 1, 10, 10],
      shared: [5, 6, 5, 6],
      fixed: [3, 4, 3, 4],
      outer: [10, 12, 10, 12],
      same: [1, 1, 10, 10],
    });
  });

  test("no state at all: a map over the steps", async () => {
    expect(
      await run({ state: [], perStep: [p], outputs: { y: p.add(c) } }, { p: feeds.p, c: feeds.c }, 2),
    ).toEqual({
      y: [6, 7, 15, 16],
    });
  });

  test("an unused per-step input and an unused state are accepted", async () => {
    const step = { state: [{ current: s, next: s }], perStep: [p], outputs: { y: c } };
    expect(await run(step, feeds, 2)).toEqual({ "next:s": [1, 2], y: [5, 6, 5, 6] });
  });
});

test("what does not change from step to step is computed outside the Loop", () => {
  const s = input("s", "float32", [2]);
  const c = input("c", "float32", [2]);
  const p = input("p", "float32", []);
  const fixed = c.exp().mul(3);
  const next = s.mul(fixed).add(p.tanh());
  const { bytes } = compileSteps({ state: [{ current: s, next }], perStep: [p], outputs: {} }, true);
  const graph = fromBinary(ModelProtoSchema, bytes).graph as GraphProto;
  const body = graph.node.at(-1)?.attribute[0]?.g as GraphProto;
  expect(graph.node.map(({ opType }) => opType)).toEqual(["Exp", "Mul", "Loop"]);
  expect(body.node.map(({ opType }) => opType).sort()).toEqual(["Add", "Gather", "Identity", "Mul", "Tanh"]);
});

test("the declared interface: leading axes by step, the step count only with a Loop", () => {
  const { step } = regression();
  const loop = compileSteps(step, true);
  const one = compileSteps(step, false);
  expect(loop.inputs).toEqual(["steps", "w", "momentum", "t", "indices", "rate", "data"]);
  expect(one.inputs).toEqual(loop.inputs.slice(1));
  expect(loop.outputs).toEqual(["next:w", "next:momentum", "next:t", "loss", "count", "codes"]);
  expect(one.outputs).toEqual(loop.outputs);
});

test("wrong use is refused", () => {
  const s = input("s", "float32", [2]);
  const p = input("p", "float32", [2]);
  const compiled = (step: Partial<StepGraph>): unknown =>
    compileSteps({ state: [], perStep: [], outputs: {}, ...step }, true);
  expect(() => compiled({ state: [{ current: s, next: s.sum(0, true) }] })).toThrow(
    'state "s" must keep its type, but float32[2] becomes float32[1]',
  );
  expect(() => compiled({ state: [{ current: s, next: s.cast("float64") }] })).toThrow("becomes float64[2]");
  expect(() => compiled({ state: [{ current: s.exp(), next: s }] })).toThrow("a exp node is not an input");
  expect(() => compiled({ state: [{ current: s, next: p }], perStep: [s] })).toThrow(
    'input "s" is listed twice',
  );
  expect(() => compiled({ outputs: { s: s.exp() } })).toThrow('two values named "s"');
  expect(() => compiled({ outputs: { y: input("steps", "float32", []) } })).toThrow(
    'two values named "steps"',
  );
  expect(() => compiled({ state: [{ current: s, next: s }], outputs: { "next:s": s } })).toThrow(
    'two values named "next:s"',
  );
});
