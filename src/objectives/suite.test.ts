import { describe, expect, it } from "vitest";
import { grad } from "../autodiff/index.js";
import { bernoulli, independent, type NoiseKind, type NoiseSource } from "../distributions/index.js";
import { type Expr, input } from "../graph/index.js";
import { evaluateOn } from "../runtime/index.js";
import { RandomStream, type Shape, sizeOf, type Tensor, tensor, toNumbers } from "../tensor/index.js";
import { expectClose, testBackend } from "../testing/check-op.js";
import { contextOf, filledConstant, normalVectors } from "../testing/objective-context.js";
import { type ObjectiveNumbers, objectiveTerms } from "../testing/objective-terms.js";
import { objectives } from "./index.js";

/** A model with numbers for everything: 6 examples of 5 numbers, codes of 3 coordinates. */
const [batch, size, latent] = [6, 5, 3];
/** Within some schedules and after the end of others. */
const trainingStep = 15;
const dtype = "float64";

function normals(name: string, count: number, spread = 1): number[] {
  return Array.from(new RandomStream(8, name).normal(new Float64Array(count), 0), (value) => value * spread);
}

const x = normals("x", batch * size).map((value) => (value > 0 ? 1 : 0));
const parameters: Readonly<Record<string, Tensor<"float64">>> = {
  mean: tensor(dtype, [batch, latent], Float64Array.from(normals("mean", batch * latent))),
  logVar: tensor(dtype, [batch, latent], Float64Array.from(normals("logVar", batch * latent, 0.5))),
  "decoder.0.weight": tensor(dtype, [latent, size], Float64Array.from(normals("weight", latent * size))),
};

/** Noise that is kept as it is drawn. */
class Kept implements NoiseSource {
  readonly drawn: number[][] = [];

  draw(kind: NoiseKind, shape: Shape): Expr {
    const values = new Float64Array(sizeOf(shape));
    new RandomStream(9, `${this.drawn.length}`)[kind](values, 0);
    this.drawn.push([...values]);
    return filledConstant([...values], shape as number[], dtype);
  }
}

function built(text: string): {
  loss: Expr;
  terms: Readonly<Record<string, Expr>>;
  weights: Expr[];
  noise: Kept;
} {
  const weights = Object.fromEntries(
    Object.entries(parameters).map(([name, { shape }]) => [name, input(name, dtype, shape)]),
  );
  const { mean, logVar, "decoder.0.weight": weight } = weights as Record<string, Expr>;
  const noise = new Kept();
  const context = contextOf(
    {
      x: filledConstant(x, [batch, size], dtype),
      encode: () => normalVectors(mean as Expr, (logVar as Expr).mul(0.5).exp()),
      decode: (z) => independent(bernoulli.of({ logits: z.matmul(weight as Expr) })),
      noise,
      weights,
    },
    latent,
    trainingStep,
  );
  return { ...objectives.from(text).build(context), weights: Object.values(weights), noise };
}

const data = (name: string): Float64Array => (parameters[name] as Tensor<"float64">).data;

/** The decoder's log-odds at a code. */
function logitsAt(z: readonly number[]): number[] {
  return Array.from({ length: size }, (_, p) =>
    z.reduce((total, value, k) => total + value * (data("decoder.0.weight")[k * size + p] as number), 0),
  );
}

/** -log p(x|z) of example n at a code, from the formula of the binary cross-entropy. */
function distortionAt(n: number, z: readonly number[]): number {
  return logitsAt(z).reduce(
    (sum, logit, p) =>
      sum + Math.log1p(Math.exp(-Math.abs(logit))) + Math.max(logit, 0) - (x[n * size + p] as number) * logit,
    0,
  );
}

function codeOf(n: number, eps: (k: number) => number): number[] {
  return Array.from({ length: latent }, (_, k) => {
    const at = n * latent + k;
    return (data("mean")[at] as number) + Math.exp((data("logVar")[at] as number) / 2) * eps(k);
  });
}

const average = (of: (n: number) => number): number =>
  Array.from({ length: batch }, (_, n) => of(n)).reduce((a, b) => a + b, 0) / batch;

/** The importance-weighted bound with the given noise [k, batch, latent], from its definition. */
function iwaeBound(eps: readonly number[], k: number): number {
  return average((n) => {
    const ratios = Array.from({ length: k }, (_, i) => {
      const own = (c: number): number => eps[(i * batch + n) * latent + c] as number;
      const z = codeOf(n, own);
      let log = -distortionAt(n, z);
      z.forEach((value, c) => {
        const v = data("logVar")[n * latent + c] as number;
        log += -0.5 * value * value + 0.5 * own(c) ** 2 + 0.5 * v;
      });
      return log;
    });
    const top = Math.max(...ratios);
    return -(top + Math.log(ratios.reduce((sum, r) => sum + Math.exp(r - top), 0) / k));
  });
}

const deterministic = (text: string): boolean =>
  objectives.from(text).deterministic === true ||
  (/^(wae|sliced)/.test(text) && !text.includes("encoder=random"));

const rowsOf = (values: ArrayLike<number>): number[][] =>
  Array.from({ length: values.length / latent }, (_, n) =>
    Array.from({ length: latent }, (_, k) => values[n * latent + k] as number),
  );

function numbersFor(text: string, drawn: readonly (readonly number[])[]): ObjectiveNumbers {
  const fromMeans = deterministic(text);
  const [eps = [], ...rest] = fromMeans ? [[], ...drawn] : drawn;
  return {
    datasetSize: 1000,
    step: trainingStep,
    means: rowsOf(data("mean")),
    variances: rowsOf(data("logVar").map(Math.exp)),
    codes: Array.from({ length: batch }, (_, n) =>
      codeOf(n, (k) => (fromMeans ? 0 : (eps[n * latent + k] as number))),
    ),
    drawn: rest.map(rowsOf),
    distortion: distortionAt,
    squaredError: (n, z) =>
      logitsAt(z).reduce((sum, logit, p) => {
        const mean = 1 / (1 + Math.exp(-logit));
        return sum + (mean - (x[n * size + p] as number)) ** 2 / size;
      }, 0),
    decoderWeights: [...data("decoder.0.weight")],
  };
}

async function valuesOf(exprs: Record<string, Expr>, feeds = parameters): Promise<Record<string, number>> {
  const got = await evaluateOn(await testBackend(), exprs, feeds);
  return Object.fromEntries(
    Object.entries(got).map(([name, value]) => [name, toNumbers(value)[0] as number]),
  );
}

describe.each(objectives.examples().map(({ entry, text }) => [text, entry] as const))("%s", (text, entry) => {
  it("has terms that add up to its loss, and the signs and scales of independent formulas", async () => {
    const { loss, terms, noise } = built(text);
    const { lossItself, ...values } = await valuesOf({ ...terms, lossItself: loss });
    const { config } = objectives.from(text);
    expect(values[Object.keys(terms)[0] as string]).toBe(lossItself);
    if (entry.loss !== undefined) {
      expectClose("loss", [lossItself as number], [entry.loss(values, config)], 1e-12);
    } else {
      const bounds: Readonly<Record<string, number>> = {
        iwae: iwaeBound(noise.drawn[0] ?? [], Number(config["k"])),
      };
      expectClose("loss", [lossItself as number], [bounds[entry.name] ?? Number.NaN], 1e-12);
    }
    if (entry.loss === undefined) return;
    const [, ...parts] = Object.keys(terms);
    const numbers = numbersFor(text, noise.drawn);
    for (const name of parts) {
      const formula = objectiveTerms[name];
      if (formula === undefined) throw new Error(`${name} has no formula in src/testing/objective-terms.ts`);
      expectClose(name, [values[name] as number], [formula(numbers, config)], 1e-11);
    }
  });

  // The doubly reparameterised gradient is another estimate of the same expectation, not the derivative of the value.
  const derived = !text.includes("dreg=true");
  it(derived ? "has the gradient of its loss" : "has another gradient than its loss", async () => {
    const { loss, weights } = built(text);
    const names = Object.keys(parameters);
    const gradients = grad(loss, weights);
    const got = await evaluateOn(
      await testBackend(),
      Object.fromEntries(gradients.map((g, i) => [names[i] as string, g])),
      parameters,
    );
    const moved = async (name: string, at: number, by: number): Promise<number> => {
      const value = parameters[name] as Tensor<"float64">;
      const other = { ...value, data: value.data.map((v, i) => (i === at ? v + by : v)) };
      return (await valuesOf({ loss }, { ...parameters, [name]: other }))["loss"] as number;
    };
    const step = 1e-5;
    for (const name of names) {
      for (const at of [0, 4]) {
        const slope = ((await moved(name, at, step)) - (await moved(name, at, -step))) / (2 * step);
        const found = toNumbers(got[name] as Tensor)[at] as number;
        if (derived) expectClose(`d loss / d ${name}[${at}]`, [found], [slope], 1e-6);
        else if (name === "mean") expect(Math.abs(found - slope)).toBeGreaterThan(1e-6);
        else if (name.startsWith("decoder")) expectClose(name, [found], [slope], 1e-6);
      }
    }
  });

  it("comes back from its plain data", () => {
    const { name, config } = objectives.from(text);
    expect(objectives.from({ name, config }).config).toEqual(config);
  });
});
