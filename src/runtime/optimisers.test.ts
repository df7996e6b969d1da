import { expect, test } from "vitest";
import { type Expr, input } from "../graph/index.js";
import { concat, lift } from "../ops/index.js";
import { RandomStream, toNumbers } from "../tensor/index.js";
import { worstError } from "../testing/evaluate.js";
import { opSamples, sampleFeeds, sampleInputs } from "../testing/op-samples.js";
import { evaluateOn } from "./evaluate.js";
import { loadOrtNode, nodeBackend } from "./node.js";
import { type OrtModule, ortBackend } from "./ort.js";

/*
 * Random graphs with shared parts and several outputs, in ONNX Runtime as it is used here, against float64 without any
 * graph optimisation: what an optimiser drops or mixes up shows.
 */

type Rule = (x: Expr, y: Expr, z: Expr) => Expr;

const over = (x: Expr): Expr => lift(1, x.dtype).div(x);
const square = (x: Expr): Expr => x.square().add(0.5);

/** Rules from [3, 3] to [3, 3], of numbers around 1, made of what optimisers look for. */
const rules: readonly Rule[] = [
  (x) => over(square(x)),
  (x, y) => over(square(x)).mul(y),
  (x, y) => over(square(x)).mul(over(square(y))),
  (x, y) => x.div(square(y)),
  (x) => square(x).reciprocal(),
  (x, y) => x.add(y).mul(0.5),
  (x, y) => x.sub(y),
  (x, y) => x.mul(y),
  (x) => x.neg(),
  (x) => x.abs(),
  (x) => x.relu(),
  (x) => x.sigmoid(),
  (x) => x.silu(),
  (x) => x.softplus(),
  (x) => x.mul(Math.SQRT1_2).erf().add(1).mul(x).mul(0.5),
  (x) => x.tanh(),
  (x) => x.transpose(),
  (x, y) => x.transpose().matmul(y).mul(0.3),
  (x, y) => x.matmul(y.transpose()).mul(0.3),
  (x, y, z) => x.matmul(y).add(z).relu(),
  (x, y, z) =>
    x
      .matmul(y)
      .add(z.slice(0, 0, 1))
      .tanh(),
  (x, y) => x.matmul(y).add(y.slice(1, 0, 1)),
  (x) => x.sub(x.mean(1, true)).div(x.sub(x.mean(1, true)).square().mean(1, true).add(0.1).sqrt()),
  (x, y) => x.add(y).softmax(),
  (x) => x.logSumExp(1, true).expand([3, 3]),
  (x) => x.sum(0, true).mul(0.3).expand([3, 3]),
  (x) => x.maximum(-1).minimum(1),
  (x) => x.clamp(-0.5, 2),
  (x, y) => x.less(y).not().where(x, y),
  (x, y) => x.less(0).where(y, x),
  (x, y) => concat([x.slice(0, 0, 1), y.slice(0, 1, 3)], 0),
  (x) => x.reshape([9]).reshape([3, 3]),
  (x) => x.unsqueeze(0).squeeze(0),
  (x) => x.pad(0, 1, 0).slice(0, 0, 3),
  (x) => concat(x.split(1, [1, 2]).reverse(), 1),
  (x, y) => x.unsqueeze(0).matmul(y.unsqueeze(0)).squeeze(0).mul(0.3),
  (x, y) => x.mulAdd(y, x.mean()),
  (x) => x.cast("int32").cast(x.dtype).mul(0.5),
  (x) => x.add(0).mul(1).pow(2).mul(0.5),
];

/** Outputs of a graph of some twenty nodes, each made of any that were there before. */
function randomGraph(stream: RandomStream, dtype: "float32" | "float64"): Record<string, Expr> {
  const draws = stream.uniform(new Float64Array(200), 0);
  let at = 0;
  const below = (count: number): number => Math.floor((draws[at++] as number) * count);
  const nodes = ["p", "q", "r"].map((name) => input(name, dtype, [3, 3]));
  const quotients: Expr[] = [];
  const any = (): Expr => nodes[Math.max(0, nodes.length - 1 - below(Math.min(nodes.length, 9)))] as Expr;
  for (let i = 0; i < 20; i++) {
    // A third are reciprocals and their products with what is there, which share operands as gradients do.
    const kind = below(9);
    const quotient = (): Expr => quotients[below(quotients.length)] as Expr;
    if (kind === 0 || quotients.length < 2) {
      quotients.push(over(square(any())));
      nodes.push(quotients.at(-1) as Expr);
    } else if (kind === 1) nodes.push(quotient().mul(quotient()));
    else if (kind === 2) nodes.push(quotient().mul(any()));
    else nodes.push((rules[below(rules.length)] as Rule)(any(), any(), any()));
  }
  return Object.fromEntries([0, 1, 2, 3].map((i) => [`y${i}`, any()]));
}

async function backends(): Promise<{
  ours: ReturnType<typeof ortBackend>;
  plain: ReturnType<typeof ortBackend>;
}> {
  const ort = await loadOrtNode();
  const unoptimised: OrtModule = {
    ...ort,
    Tensor: ort.Tensor,
    InferenceSession: {
      create: (model, options) =>
        ort.InferenceSession.create(model, { ...options, graphOptimizationLevel: "disabled" }),
    },
  };
  const options = { device: "cpu", description: "", loops: true, executionProviders: ["cpu"], threads: 1 };
  return { ours: await nodeBackend("cpu", 1), plain: ortBackend(unoptimised, options) };
}

const numbers = (value: unknown): number[] => toNumbers(value as Parameters<typeof toNumbers>[0]);
const graphs = Number(process.env.LATENT_RANDOM_GRAPHS ?? 150);

test(`${graphs} random graphs of several outputs`, { timeout: 600_000 }, async () => {
  const { ours, plain } = await backends();
  const wrong: string[] = [];
  for (let i = 0; i < graphs; i++) {
    const stream = new RandomStream(i, "random-graphs");
    const feeds = Object.fromEntries(
      ["p", "q", "r"].map((name) => {
        const values = stream.child(name).normal(new Float64Array(9), 0);
        return [name, [0, 3, 6].map((row) => [...values.slice(row, row + 3)].map(Math.fround))];
      }),
    );
    const exact = await evaluateOn(plain, randomGraph(stream, "float64"), feeds);
    const rounded = await evaluateOn(plain, randomGraph(stream, "float32"), feeds);
    for (const dtype of ["float32", "float64"] as const) {
      const graph = randomGraph(stream, dtype);
      const got = await evaluateOn(ours, graph, feeds).catch((error: Error) => error);
      if (got instanceof Error) {
        wrong.push(`graph ${i}, ${dtype}: ${got.message}`);
        continue;
      }
      for (const name of Object.keys(graph)) {
        // What float32 itself costs a graph, kinks and jumps included, is no optimiser's fault.
        const allowed =
          dtype === "float64"
            ? 1e-9
            : 1e-4 + 20 * worstError(numbers(rounded[name]), numbers(exact[name])).error;
        const { error } = worstError(numbers(got[name]), numbers(exact[name]));
        if (error > allowed)
          wrong.push(`graph ${i}, ${dtype}, ${name}: ${error} where ${allowed} is allowed`);
      }
    }
  }
  expect(wrong).toEqual([]);
});

test("pairs of every op's sample, as two outputs that share their inputs", { timeout: 600_000 }, async () => {
  const { ours, plain } = await backends();
  const wrong: string[] = [];
  const inputs = sampleInputs("float32");
  const feeds = sampleFeeds("float32");
  for (const [i, sample] of opSamples.entries()) {
    const other = opSamples[(i * 7 + 3) % opSamples.length] as (typeof opSamples)[number];
    const [x, y] = [sample.build(inputs), other.build(inputs)];
    const graph = { x, y, both: x.sum().mul(over(square(y.sum()))), over: over(square(y.sum())).mul(x) };
    const [got, expected] = [await evaluateOn(ours, graph, feeds), await evaluateOn(plain, graph, feeds)];
    for (const name of ["x", "y", "both", "over"] as const) {
      const { error } = worstError(numbers(got[name]), numbers(expected[name]));
      if (error > 1e-4) wrong.push(`${sample.name} and ${other.name}, ${name}: ${error}`);
    }
  }
  expect(wrong).toEqual([]);
});
