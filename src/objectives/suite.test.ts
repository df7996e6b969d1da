import { describe, expect, it } from "vitest";
import { isSpec, type Spec } from "../catalogue/index.js";
import { grad } from "../autodiff/index.js";
import { bernoulli, independent, type NoiseKind, type NoiseSource } from "../distributions/index.js";
import { type Expr, input } from "../graph/index.js";
import { evaluateOn } from "../runtime/index.js";
import { RandomStream, type Shape, sizeOf, type Tensor, tensor, toNumbers } from "../tensor/index.js";
import { expectClose, testBackend } from "../testing/check-op.js";
import { contextOf, filledConstant, normalVectors } from "../testing/objective-context.js";
import {
  laplacianPyramidReference,
  msSsimReference,
  optimalSigma,
  pictureShape,
  ssimReference,
} from "../testing/picture-losses.js";
import { type ObjectiveInfo, objectives, type PictureLayout } from "./index.js";

const [batch, latent] = [6, 3];
const dtype = "float64";

function normals(name: string, count: number, spread = 1): number[] {
  return Array.from(new RandomStream(8, name).normal(new Float64Array(count), 0), (value) => value * spread);
}

/** A model with numbers for everything: 6 examples of a shape, codes of 3 coordinates. */
interface Setting {
  readonly shape: readonly number[];
  readonly size: number;
  readonly x: readonly number[];
  readonly parameters: Readonly<Record<string, Tensor<"float64">>>;
}

function settingOf(shape: readonly number[]): Setting {
  const size = sizeOf(shape);
  return {
    shape,
    size,
    x: normals("x", batch * size).map((value) => (value > 0 ? 1 : 0)),
    parameters: {
      mean: tensor(dtype, [batch, latent], Float64Array.from(normals("mean", batch * latent))),
      logVar: tensor(dtype, [batch, latent], Float64Array.from(normals("logVar", batch * latent, 0.5))),
      "decoder.0.weight": tensor(dtype, [latent, size], Float64Array.from(normals("weight", latent * size))),
    },
  };
}

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

function pictureLayout(shape: readonly number[]): PictureLayout {
  const [height, width, channels] = pictureShape(shape);
  return { height, width, channels, range: [0, 1] };
}

function built(
  text: string,
  { x, size, shape, parameters }: Setting,
): {
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
      ...(shape.length > 1 && { picture: pictureLayout(shape) }),
    },
    latent,
    15,
  );
  return { ...objectives.from(text).build(context), weights: Object.values(weights), noise };
}

const plain = settingOf([5]);
const data = (name: string, { parameters } = plain): Float64Array =>
  (parameters[name] as Tensor<"float64">).data;

/** The decoder's log-odds of number p at a code. */
function logitAt(z: readonly number[], p: number, setting = plain): number {
  const weight = data("decoder.0.weight", setting);
  return z.reduce((total, value, k) => total + value * (weight[k * setting.size + p] as number), 0);
}

/** -log p(x|z) of example n at a code, from the formula of the binary cross-entropy. */
function distortionAt(n: number, z: readonly number[]): number {
  const { size, x } = plain;
  let sum = 0;
  for (let p = 0; p < size; p++) {
    const logit = logitAt(z, p);
    sum += Math.log1p(Math.exp(-Math.abs(logit))) + Math.max(logit, 0) - (x[n * size + p] as number) * logit;
  }
  return sum;
}

function codeOf(n: number, eps: (k: number) => number): number[] {
  return Array.from({ length: latent }, (_, k) => {
    const at = n * latent + k;
    return (data("mean")[at] as number) + Math.exp((data("logVar")[at] as number) / 2) * eps(k);
  });
}

const average = (of: (n: number) => number): number =>
  Array.from({ length: batch }, (_, n) => of(n)).reduce((a, b) => a + b, 0) / batch;

/** KL(N(mean, var) || N(0, 1)), averaged over the batch. */
const klExact = average((n) => {
  let sum = 0;
  for (let at = n * latent; at < (n + 1) * latent; at++) {
    const [m, v] = [data("mean")[at] as number, data("logVar")[at] as number];
    sum += 0.5 * (Math.exp(v) + m * m - 1 - v);
  }
  return sum;
});

const distortionOfDraws = (eps: readonly number[]): number =>
  average((n) =>
    distortionAt(
      n,
      codeOf(n, (k) => eps[n * latent + k] as number),
    ),
  );
const distortionOfMeans = average((n) =>
  distortionAt(
    n,
    codeOf(n, () => 0),
  ),
);

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

/** The objective itself, or the one whose reconstruction it takes the place of. */
function innerOf(text: string): {
  readonly entry: ObjectiveInfo | undefined;
  readonly config: Spec["config"];
} {
  const { name, config } = objectives.from(text);
  const inner = isSpec(config["of"]) ? config["of"] : { name, config };
  return { entry: objectives.find(inner.name), config: inner.config };
}

const deterministic = (text: string): boolean =>
  objectives.from(text).deterministic === true ||
  (/^(wae|sliced)/.test(innerOf(text).entry?.name ?? "") && !text.includes("encoder=random"));

/** Reconstruction of what takes the place of -log p(x|z): averages over the batch, by independent formulas. */
const comparisons: Readonly<
  Record<string, (pairs: readonly Pair[], shape: readonly number[], config: Spec["config"]) => number>
> = {
  ssim: (pairs, shape, { weight, l1 }) =>
    structural(pairs, Number(weight), Number(l1), (a, b) => ssimReference(a, b, pictureShape(shape))),
  "ms-ssim": (pairs, shape, { weight, l1 }) =>
    structural(pairs, Number(weight), Number(l1), (a, b) => msSsimReference(a, b, pictureShape(shape), 2)),
  charbonnier: (pairs, _, { weight, epsilon }) =>
    eachNumber(pairs, (d) => Number(weight) * Math.sqrt(d * d + Number(epsilon) ** 2)),
  "log-cosh": (pairs, _, { weight, a }) =>
    eachNumber(pairs, (d) => (Number(weight) * Math.log(Math.cosh(Number(a) * d))) / Number(a)),
  "laplacian-pyramid": (pairs, shape, { weight, levels = 2 }) =>
    meanOver(
      pairs,
      ([a, b]) => Number(weight) * laplacianPyramidReference(a, b, pictureShape(shape), Number(levels)),
    ),
  "sigma-vae": (pairs, _, { minSigma }) =>
    optimalSigma(
      pairs.map(([a]) => a),
      pairs.map(([, b]) => b),
      Number(minSigma),
    ).nats,
};

type Pair = readonly [x: readonly number[], made: readonly number[]];

const meanOver = (pairs: readonly Pair[], of: (pair: Pair) => number): number =>
  pairs.reduce((sum, pair) => sum + of(pair), 0) / pairs.length;

function eachNumber(pairs: readonly Pair[], of: (difference: number) => number): number {
  return meanOver(pairs, ([a, b]) => a.reduce((sum, value, i) => sum + of(value - (b[i] as number)), 0));
}

function structural(
  pairs: readonly Pair[],
  weight: number,
  l1: number,
  similarity: (a: readonly number[], b: readonly number[]) => number,
): number {
  const unlike = meanOver(pairs, ([a, b]) => a.length * (1 - similarity(a, b)));
  return weight * ((1 - l1) * unlike + l1 * eachNumber(pairs, Math.abs));
}

/** Each example and what is decoded of its code, drawn with the given noise. */
function decodedPairs(setting: Setting, eps: (n: number, k: number) => number): Pair[] {
  return Array.from({ length: batch }, (_, n) => {
    const z = codeOf(n, (k) => eps(n, k));
    const made = Array.from({ length: setting.size }, (__, p) => 1 / (1 + Math.exp(-logitAt(z, p, setting))));
    return [setting.x.slice(n * setting.size, (n + 1) * setting.size), made];
  });
}

async function valuesOf(
  exprs: Record<string, Expr>,
  feeds: Readonly<Record<string, Tensor>>,
): Promise<Record<string, number>> {
  const got = await evaluateOn(await testBackend(), exprs, feeds);
  return Object.fromEntries(
    Object.entries(got).map(([name, value]) => [name, toNumbers(value)[0] as number]),
  );
}

describe.each(objectives.examples().map(({ entry, text }) => [text, entry] as const))("%s", (text, entry) => {
  const setting = settingOf(entry.shape ?? plain.shape);
  const { parameters } = setting;
  const inner = innerOf(text);
  const formula = inner.entry?.loss;

  it("has terms that add up to its loss, and the signs and scales of independent formulas", async () => {
    const { loss, terms, noise } = built(text, setting);
    const { lossItself, ...values } = await valuesOf({ ...terms, lossItself: loss }, parameters);
    const { config } = objectives.from(text);
    expect(values[Object.keys(terms)[0] as string]).toBe(lossItself);
    if (formula !== undefined) {
      expectClose("loss", [lossItself as number], [formula(values, inner.config)], 1e-12);
    } else {
      const bounds: Readonly<Record<string, number>> = {
        iwae: iwaeBound(noise.drawn[0] ?? [], Number(config["k"])),
      };
      expectClose("loss", [lossItself as number], [bounds[entry.name] ?? Number.NaN], 1e-12);
    }
    const drawn = noise.drawn[0] ?? [];
    const eps = (n: number, k: number): number =>
      deterministic(text) ? 0 : (drawn[n * latent + k] as number);
    const comparison = comparisons[entry.name];
    if (comparison !== undefined) {
      const expected = comparison(decodedPairs(setting, eps), setting.shape, config);
      expectClose("reconstruction", [values["reconstruction"] as number], [expected], 1e-12);
    } else if (values["reconstruction"] !== undefined && formula !== undefined) {
      const expected = deterministic(text) ? distortionOfMeans : distortionOfDraws(drawn);
      expectClose("reconstruction", [values["reconstruction"]], [expected], 1e-12);
    }
    if (values["kl"] !== undefined && formula !== undefined)
      expectClose("kl", [values["kl"]], [klExact], 1e-12);
  });

  // The doubly reparameterised gradient is another estimate of the same expectation, not the derivative of the value.
  const derived = !text.includes("dreg=true");
  it(derived ? "has the gradient of its loss" : "has another gradient than its loss", async () => {
    const { loss, weights } = built(text, setting);
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
