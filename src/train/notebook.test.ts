import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { grad } from "../autodiff/index.js";
import { type Expr, input } from "../graph/index.js";
import { NoiseInputs, vae } from "../model/index.js";
import { parameterInputs } from "../nn/index.js";
import { elbo, forward, meanOf, type ObjectiveContext, simple } from "../objectives/index.js";
import { compileSteps, nextName } from "../onnx/index.js";
import { adam, slotNames } from "../optim/index.js";
import { evaluateOn, LocalEngine } from "../runtime/index.js";
import { nodeBackend } from "../runtime/node.js";
import { type FloatType, fromNumbers, type Tensor, tensor, toNumbers } from "../tensor/index.js";
import { EngineState } from "./engine-state.js";
import { lossOutput, trainingStep } from "./step.js";

/** goldens/notebook-vae.json: float64 PyTorch; `note` in the file says by which formulas weights and data are made. */
interface Case {
  readonly z: number;
  readonly loss: "simple" | "elbo";
  readonly batch: number;
  readonly zMean: readonly number[][];
  readonly zLogVar: readonly number[][];
  readonly zSample: readonly number[][];
  readonly y: readonly number[];
  readonly value: number;
  readonly gradNorms: readonly number[];
  readonly gradBiasHead: readonly number[][];
  readonly gradWeightCorner: readonly number[][][];
  readonly adamLossTrace: readonly number[];
  readonly paramNormsAfter5: readonly number[];
}

const golden = JSON.parse(
  readFileSync(new URL("../../goldens/notebook-vae.json", import.meta.url), "utf8"),
) as {
  readonly meta: { readonly variant: number };
  readonly cases: readonly Case[];
};
const { variant } = golden.meta;
const layers = ["encoder.0", "encoder.2", "encoder.4", "decoder.0", "decoder.2", "decoder.4"];
const names = layers.flatMap((layer) => [`${layer}.weight`, `${layer}.bias`]);

function filled(dtype: FloatType, shape: number[], value: (i: number, j: number) => number): Tensor {
  const [rows = 1, columns = 1] = shape;
  const numbers = Array.from({ length: rows * columns }, (_, k) =>
    value(Math.floor(k / columns), k % columns),
  );
  return tensor(dtype, shape, fromNumbers(dtype, numbers));
}

function weightsOf(model: ReturnType<typeof vae>, dtype: FloatType): Record<string, Tensor> {
  const entries = layers.flatMap((layer, l) => {
    const [out = 0, size = 0] = model.parameters[`${layer}.weight`]?.shape ?? [];
    const weight = filled(
      dtype,
      [out, size],
      (o, i) => Math.sin(0.37 * o + 0.11 * i + l + variant) / Math.sqrt(size),
    );
    const bias = filled(dtype, [out], (o) => 0.01 * Math.cos(o + l));
    return [
      [`${layer}.weight`, weight],
      [`${layer}.bias`, bias],
    ] as const;
  });
  return Object.fromEntries(entries);
}

function dataOf({ batch, z }: Case, dtype: FloatType): { data: Tensor; eps: Tensor; indices: Tensor } {
  return {
    data: filled(dtype, [batch, 784], (i, j) => 0.5 + 0.5 * Math.sin(0.7 * i + 0.05 * j + variant)),
    eps: filled(dtype, [batch, z], (i, d) => Math.sin(1.3 * i + 2.1 * d + variant)),
    indices: tensor(
      "int32",
      [batch],
      Int32Array.from({ length: batch }, (_, i) => i),
    ),
  };
}

function norm(value: Tensor): number {
  return Math.sqrt(toNumbers(value).reduce((total, x) => total + x * x, 0));
}

/** The goldens are rounded to 15 decimals. */
const rounding = 0.51e-15;

/** Differences relative to the largest expected magnitude: gradients of one tensor share a scale. */
function expectClose(
  actual: readonly number[],
  expected: readonly number[],
  tolerance: number,
  what: string,
): void {
  const scale = Math.max(...expected.map(Math.abs));
  expected.forEach((value, i) => {
    const difference = Math.abs((actual[i] ?? Number.NaN) - value);
    expect(difference, `${what}[${i}]`).toBeLessThanOrEqual(tolerance * scale + rounding);
  });
}

const tolerances = { float64: 1e-9, float32: 1e-4 } as const;

describe.each(["float64", "float32"] as const)("the notebook's VAE in %s", (dtype) => {
  const tolerance = tolerances[dtype];
  it.each(golden.cases)("z=$z $loss batch $batch: values and gradients as in PyTorch", async (golden) => {
    const model = vae({ input: [28, 28], latent: golden.z });
    const weights = parameterInputs(model.parameters, dtype);
    const rows = input("indices", "int32", [golden.batch]);
    const x = input("data", dtype, ["examples", 784]).gather(rows);
    const noise = new NoiseInputs(dtype);
    const bound = model.bind(weights, dtype);
    const scheduled = (): never => {
      throw new Error("nothing is scheduled here");
    };
    const context: ObjectiveContext = { x, ...bound, noise, datasetSize: golden.batch, scheduled };
    const pass = forward(context);
    noise.restart();
    const { loss } = (golden.loss === "elbo" ? elbo() : simple()).build(context);
    const gradients = grad(loss, Object.values(weights));
    const { loc, scale } = pass.posterior.params as { loc: Expr; scale: Expr };
    const y = meanOf(pass.likelihood);
    const outputs: Record<string, Expr> = { loss, loc, logVar: scale.square().log(), z: pass.z, y };
    gradients.forEach((gradient, i) => {
      outputs[`d ${Object.keys(weights)[i]}`] = gradient;
    });
    const { data, eps, indices } = dataOf(golden, dtype);
    const feeds = { ...weightsOf(model, dtype), data, indices, "noise/0": eps };
    const results = await evaluateOn(await nodeBackend(), outputs, feeds);
    const numbers = (name: string): number[] => toNumbers(results[name] as Tensor);

    expectClose(numbers("loss"), [golden.value], tolerance, "loss");
    expectClose(numbers("loc"), golden.zMean.flat(), tolerance, "zMean");
    expectClose(numbers("logVar"), golden.zLogVar.flat(), tolerance, "zLogVar");
    expectClose(numbers("z"), golden.zSample.flat(), tolerance, "zSample");
    expectClose(numbers("y"), golden.y, tolerance, "y");
    const norms = names.map((name) => norm(results[`d ${name}`] as Tensor));
    golden.gradNorms.forEach((value, i) =>
      expectClose([norms[i] ?? 0], [value], tolerance, `norm of d ${names[i]}`),
    );
    layers.forEach((layer, l) => {
      const bias = golden.gradBiasHead[l] ?? [];
      expectClose(numbers(`d ${layer}.bias`), bias, tolerance, `d ${layer}.bias`);
      const corner = golden.gradWeightCorner[l] ?? [];
      const size = model.parameters[`${layer}.weight`]?.shape[1] ?? 0;
      const weight = numbers(`d ${layer}.weight`);
      const found = corner.flatMap((row, r) => row.map((_, c) => weight[r * size + c] ?? Number.NaN));
      expectClose(found, corner.flat(), tolerance, `d ${layer}.weight`);
    });
  });

  it.each(golden.cases)("z=$z $loss batch $batch: five Adam steps as in PyTorch", async (golden) => {
    const model = vae({ input: [28, 28], latent: golden.z });
    const optimizer = adam();
    const objective = golden.loss === "elbo" ? elbo() : simple();
    const { batch } = golden;
    const step = trainingStep(model, {
      objective,
      optimizer,
      batch,
      stored: dtype,
      datasetSize: batch,
      dtype,
    });
    const engine = new LocalEngine(await nodeBackend());
    const { data, eps, indices } = dataOf(golden, dtype);
    const slots = slotNames(optimizer, model.parameters).map(({ of, name }) => {
      return [name, tensor(dtype, model.parameters[of]?.shape ?? [])] as const;
    });
    const state = new EngineState(engine, model, { optimizer });
    await state.put({ ...weightsOf(model, dtype), ...Object.fromEntries(slots) });
    await engine.put({ data });
    const graph = compileSteps(step.graph, true, {}, engine.extensions);
    const program = await engine.open(graph.bytes, graph.inputs);
    const steps = 5;
    const repeated = (value: Tensor): Tensor => {
      const all = Array.from({ length: steps }, () => toNumbers(value)).flat();
      return tensor(value.dtype, [steps, ...value.shape], fromNumbers(value.dtype, all));
    };
    const scalars = step.scheduled.map(({ name, at }) => {
      const values = Array.from({ length: steps }, (_, i) => at(i));
      return [name, tensor(dtype, [steps], fromNumbers(dtype, values))] as const;
    });
    const keep = Object.fromEntries(
      step.graph.state.map(({ current }) => {
        const { name } = current.attrs as { name: string };
        return [nextName(name), name];
      }),
    );
    const feeds = {
      steps: tensor("int64", [], BigInt64Array.of(BigInt(steps))),
      indices: repeated(indices),
      "noise/0": repeated(eps),
      ...Object.fromEntries(scalars),
    };
    const results = await engine.run(program, { feeds, keep, fetch: [lossOutput] });
    expectClose(toNumbers(results[lossOutput] as Tensor), golden.adamLossTrace, tolerance, "loss");
    const after = await state.weights();
    golden.paramNormsAfter5.forEach((value, i) => {
      expectClose([norm(after[names[i] as string] as Tensor)], [value], tolerance, `norm of ${names[i]}`);
    });
    await engine.close();
  });
});
