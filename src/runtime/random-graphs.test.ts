import * as fc from "fast-check";
import { expect, test } from "vitest";
import { grad } from "../autodiff/index.js";
import { type Expr, input, scalar } from "../graph/index.js";
import { concat, lift } from "../ops/index.js";
import { RandomStream, sizeOf, tensor, toNumbers } from "../tensor/index.js";
import { interpret } from "../testing/interpreter.js";
import { evaluateOn } from "./evaluate.js";
import { loadOrtNode, nodeBackend } from "./node.js";
import { type OrtModule, ortBackend } from "./ort.js";

/*
 * Random graphs of many shapes with several outputs, their gradients among them, as they are run here (simplified, lowered,
 * optimised by the engine), without the engine's optimisers, and node by node in plain JavaScript.
 */

const shapes = [[3, 2], [2, 3], [3, 1], [1, 2], [1, 1], [2], [1], [], [2, 3, 2], [3, 3]] as const;

/** A node is made of two others, which `pick` numbers name among those that fit. */
interface Step {
  readonly rule: number;
  readonly a: number;
  readonly b: number;
  readonly axis: number;
}

type Rule = (x: Expr, y: Expr, axis: number) => Expr | undefined;

const over = (x: Expr): Expr => lift(1, x.dtype).div(x);
const safe = (x: Expr): Expr => x.square().add(0.5);
const last = (x: Expr, axis: number): number => (x.rank === 0 ? 0 : axis % x.rank);
const ofAxis =
  (f: (x: Expr, axis: number) => Expr): Rule =>
  (x, _y, axis) =>
    x.rank > 0 ? f(x, last(x, axis)) : undefined;
const withSame =
  (f: (x: Expr, y: Expr, axis: number) => Expr): Rule =>
  (x, y, axis) => {
    const fits =
      x.rank > 0 && x.rank === y.rank && x.shape.every((dim, i) => i === last(x, axis) || dim === y.shape[i]);
    return fits ? f(x, y, last(x, axis)) : undefined;
  };

const lengthOf = (x: Expr, axis: number): number => x.shape[axis] as number;

/** Keep numbers around 1. */
const rules: readonly Rule[] = [
  (x, y) => x.add(y),
  (x, y) => x.sub(y),
  (x, y) => x.mul(y),
  (x, y) => x.div(safe(y)),
  (x) => over(safe(x)),
  (x, y) => over(safe(x)).mul(y),
  (x, y) => over(safe(x)).mul(over(safe(y))),
  (x) => safe(x).reciprocal(),
  (x) => x.mul(0.5).mul(3),
  (x) => x.mul(-1).add(0.25),
  (x) => x.add(0).mul(1).sub(0).div(1),
  (x) => x.neg().neg(),
  (x) => x.neg(),
  (x) => x.abs(),
  (x) => x.relu(),
  (x) => x.tanh(),
  (x) => x.sigmoid(),
  (x) => x.softplus(),
  (x) => x.clamp(-2, 2).expm1(),
  (x) => safe(x).sqrt(),
  (x) => safe(x).log(),
  (x) => x.tanh().exp(),
  (x) => x.mul(Math.SQRT1_2).erf().add(1).mul(x).mul(0.5),
  (x) => x.silu(),
  (x, y) => x.maximum(y),
  (x, y) => x.minimum(y),
  (x, y) => x.less(y).where(x, y.mul(0.5)),
  (x, y) => x.less(0.3).or(y.greater(0)).not().where(y, x),
  (x) => x.transpose(),
  (x) => (x.rank > 1 ? x.matrixTranspose().tanh().matrixTranspose() : undefined),
  (x) => x.reshape([-1]),
  (x) => x.reshape([...x.shape].reverse()),
  (x) => x.unsqueeze(0),
  ofAxis((x, axis) => (x.shape[axis] === 1 ? x.squeeze(axis) : x.sum(axis))),
  ofAxis((x, axis) => x.sum(axis, true).mul(0.5)),
  ofAxis((x, axis) => x.mean(axis, true)),
  ofAxis((x, axis) => x.max(axis, true)),
  ofAxis((x, axis) => x.min(axis)),
  ofAxis((x, axis) => x.softmax(axis)),
  ofAxis((x, axis) => x.logSumExp(axis, true)),
  ofAxis((x, axis) => x.cumsum(axis, { reverse: true })),
  ofAxis((x, axis) => x.slice(axis, 0, 1)),
  ofAxis((x, axis) => x.slice(axis, 0, undefined, 2)),
  ofAxis((x, axis) => x.pad(axis, 1, 0, 0)),
  ofAxis((x, axis) => x.pad(axis, 1, 0).add(x.pad(axis, 0, 1))),
  withSame((x, y, axis) => x.pad(axis, 0, lengthOf(y, axis)).add(y.pad(axis, lengthOf(x, axis), 0))),
  withSame((x, y, axis) => y.pad(axis, lengthOf(x, axis) + 1, 0).add(x.pad(axis, 1, lengthOf(y, axis)))),
  ofAxis((x, axis) => concat([x.slice(axis, 1), x.slice(axis, 0, 1).tanh()], axis)),
  ofAxis((x, axis) => x.reverse(axis)),
  ofAxis((x, axis) =>
    x.sub(x.mean(axis, true)).div(x.sub(x.mean(axis, true)).square().mean(axis, true).add(0.1).sqrt()),
  ),
  withSame((x, y, axis) => concat([x, y], axis)),
  (x, y) => (x.rank > 1 && y.rank > 1 && x.shape.at(-1) === y.shape.at(-2) ? product(x, y) : undefined),
  (x, y) =>
    x.rank > 1 && y.rank > 1 && x.shape.at(-1) === y.shape.at(-1)
      ? product(x, y.matrixTranspose())
      : undefined,
  (x, y) =>
    x.rank > 1 && y.rank > 1 && x.shape.at(-2) === y.shape.at(-2)
      ? product(x.matrixTranspose(), y)
      : undefined,
  (x) => (x.rank === 2 ? product(x, x.transpose())?.add(0.1).relu() : undefined),
  (x) =>
    x.rank === 2
      ? product(x.transpose(), x)
          ?.mul(0.5)
          .add(x.slice(0, 0, 1))
      : undefined,
  (x) => (x.rank > 1 ? x.tril() : undefined),
  (x) => x.sum().mul(0.1).expand(x.shape).add(x),
  (x) => x.mulAdd(x.tanh(), 0.5),
  (x, y) => x.mulAdd(x, y.mean()),
  (x) => x.square().sum().add(1).log(),
  (x) => x.pow(3).mul(0.1),
  (x) => x.stopGradient().mul(x),
];

/** A product of matrices, where their leading axes broadcast. */
function product(x: Expr, y: Expr): Expr | undefined {
  try {
    return x.matmul(y).mul(0.3);
  } catch {
    return undefined;
  }
}

const most = 24;

/** The graph that steps describe: those that fit, with inputs of all shapes. */
function graphOf(steps: readonly Step[], dtype: "float32" | "float64"): { outputs: Record<string, Expr> } {
  const inputs = shapes.map((shape) => input(`x[${shape.join()}]`, dtype, shape));
  const nodes: Expr[] = [...inputs];
  for (const { rule, a, b, axis } of steps) {
    const recent = (pick: number): Expr =>
      nodes[nodes.length - 1 - (pick % Math.min(nodes.length, 14))] as Expr;
    const [x, y] = [recent(a), recent(b)];
    try {
      const node = (rules[rule % rules.length] as Rule)(x, y, axis);
      if (node !== undefined && node.rank < 4 && sizeOf(node.shape) <= most) nodes.push(node);
    } catch (error) {
      // Shapes that don't broadcast.
      if (!(error as Error).message.includes("do not broadcast")) throw error;
    }
  }
  const made = nodes.slice(inputs.length);
  const outputs = Object.fromEntries(
    [1, 4, 7].flatMap((back) => (made.length < back ? [] : [[`y${back}`, made[made.length - back] as Expr]])),
  );
  const loss = Object.values(outputs).reduce((sum, y) => sum.add(y.tanh().sum()), scalar(0, dtype));
  grad(loss, inputs.slice(0, 3)).forEach((slope, i) => (outputs[`d${i}`] = slope));
  return { outputs };
}

function feedsOf(seed: number): Record<string, number[]> {
  const stream = new RandomStream(seed, "random-graphs");
  return Object.fromEntries(
    shapes.map((shape) => {
      const name = `x[${shape.join()}]`;
      const drawn = stream.child(name).normal(new Float64Array(sizeOf(shape)), 0);
      return [name, Array.from(drawn, Math.fround)];
    }),
  );
}

const steps = fc.array(fc.record({ rule: fc.nat(9999), a: fc.nat(99), b: fc.nat(99), axis: fc.nat(9) }), {
  minLength: 8,
  maxLength: 26,
});

/** The largest difference relative to the larger of 1 and the goal. */
function distance(found: readonly number[], goal: readonly number[]): number {
  if (found.length !== goal.length) return Number.POSITIVE_INFINITY;
  return goal.reduce((worst, value, i) => {
    const away = Math.abs((found[i] as number) - value) / Math.max(1, Math.abs(value));
    return Math.max(worst, Number.isNaN(away) ? Number.POSITIVE_INFINITY : away);
  }, 0);
}

const runs = Number(process.env["LATENT_RANDOM_GRAPHS"] ?? 120);

test(`${runs} random graphs are what plain JavaScript makes of them`, { timeout: 3_600_000 }, async () => {
  const ort = await loadOrtNode();
  const unoptimised: OrtModule = {
    ...ort,
    Tensor: ort.Tensor,
    InferenceSession: {
      create: (model, options) =>
        ort.InferenceSession.create(model, { ...options, graphOptimizationLevel: "disabled" }),
    },
  };
  const ours = await nodeBackend("cpu", 1);
  const plain = ortBackend(unoptimised, {
    device: "cpu",
    description: "",
    loops: true,
    executionProviders: ["cpu"],
    threads: 1,
  });
  await fc.assert(
    fc.asyncProperty(steps, fc.nat(1e6), async (list, seed) => {
      const numbers = feedsOf(seed);
      const feeds = Object.fromEntries(
        shapes.map((shape) => {
          const name = `x[${shape.join()}]`;
          return [name, tensor("float64", shape, Float64Array.from(numbers[name] as number[]))];
        }),
      );
      const wide = graphOf(list, "float64").outputs;
      const names = Object.keys(wide);
      const goal = interpret(Object.values(wide), numbers);
      const exact = await evaluateOn(ours, wide, feeds);
      const narrow = graphOf(list, "float32").outputs;
      const got = await evaluateOn(ours, narrow, feeds);
      const bare = await evaluateOn(plain, narrow, feeds);
      names.forEach((name, i) => {
        const { shape, data } = goal[i] as (typeof goal)[number];
        expect(exact[name]?.shape, name).toEqual(shape);
        if (!data.every((x) => Math.abs(x) < 1e6)) return; // what grows is not what is looked for
        expect(distance(toNumbers(exact[name] as never), data), `${name} in float64`).toBeLessThan(1e-9);
        // What float32 itself costs a graph, kinks and jumps included, is no optimiser's fault.
        const rounding = distance(toNumbers(bare[name] as never), data);
        expect(distance(toNumbers(got[name] as never), data), `${name} in float32`).toBeLessThan(
          1e-4 + 20 * rounding,
        );
      });
    }),
    { numRuns: runs, seed: Number(process.env["LATENT_RANDOM_SEED"] ?? 11) },
  );
});

test("a factor of products of batches of matrices is not rounded to float32", async () => {
  const [a, b] = [input("a", "float64", [2, 1, 2]), input("b", "float64", [2, 2, 1])];
  const feeds = {
    a: [[[1, 2]], [[3, 4]]],
    b: [
      [[1], [0.5]],
      [[2], [0.25]],
    ],
  };
  const { y } = await evaluateOn(await nodeBackend("cpu", 1), { y: a.matmul(b).mul(0.3) }, feeds);
  expect(toNumbers(y)).toEqual([2 * 0.3, 7 * 0.3]);
});
