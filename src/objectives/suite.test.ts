import { describe, expect, it } from "vitest";
import { isSpec, type Spec } from "../catalogue/index.js";
import { grad } from "../autodiff/index.js";
import { bernoulli, independent, type NoiseKind, type NoiseSource } from "../distributions/index.js";
import { type Expr, input } from "../graph/index.js";
import { evaluateOn } from "../runtime/index.js";
import { RandomStream, type Shape, sizeOf, type Tensor, tensor, toNumbers } from "../tensor/index.js";
import { expectClose, testBackend } from "../testing/check-op.js";
import { contextOf, filledConstant, normalVectors } from "../testing/objective-context.js";
import { type ObjectiveNumbers, objectiveTerms } from "../testing/objective-terms.js";
import { comparisonMeasures, comparisons, type Pair } from "../testing/picture-comparisons.js";
import { pictureShape } from "../testing/picture-losses.js";
import { type ObjectiveInfo, objectives, type PictureLayout } from "./index.js";

const [batch, latent] = [6, 3];
/** Within some schedules and after the end of others. */
const trainingStep = 15;
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
    trainingStep,
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
function distortionAt(n: number, z: readonly number[], setting = plain): number {
  const { size, x } = setting;
  let sum = 0;
  for (let p = 0; p < size; p++) {
    const logit = logitAt(z, p, setting);
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

/** The means of the likelihood at a code. */
function decodedAt(z: readonly number[], setting: Setting): number[] {
  return Array.from({ length: setting.size }, (_, p) => 1 / (1 + Math.exp(-logitAt(z, p, setting))));
}

const rowsOf = (values: ArrayLike<number>): number[][] =>
  Array.from({ length: values.length / latent }, (_, n) =>
    Array.from({ length: latent }, (_, k) => values[n * latent + k] as number),
  );

function numbersFor(setting: Setting, text: string, drawn: readonly (readonly number[])[]): ObjectiveNumbers {
  const fromMeans = deterministic(text);
  const [eps = [], ...rest] = fromMeans ? [[], ...drawn] : drawn;
  const { x, size } = setting;
  return {
    datasetSize: 1000,
    step: trainingStep,
    means: rowsOf(data("mean")),
    variances: rowsOf(data("logVar").map(Math.exp)),
    codes: Array.from({ length: batch }, (_, n) =>
      codeOf(n, (k) => (fromMeans ? 0 : (eps[n * latent + k] as number))),
    ),
    drawn: rest.map(rowsOf),
    distortion: (n, z) => distortionAt(n, z, setting),
    squaredError: (n, z) =>
      decodedAt(z, setting).reduce(
        (sum, mean, p) => sum + (mean - (x[n * size + p] as number)) ** 2 / size,
        0,
      ),
    decoderWeights: [...data("decoder.0.weight", setting)],
  };
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

/** Those that take a conditional model have tests of their own. */
const anyModel = objectives.examples().filter(({ entry }) => entry.conditional !== true);

describe.each(anyModel.map(({ entry, text }) => [text, entry] as const))("%s", (text, entry) => {
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
    if (formula === undefined) return;
    const numbers = numbersFor(setting, text, noise.drawn);
    const pairs = numbers.codes.map(
      (z, n): Pair => [setting.x.slice(n * setting.size, (n + 1) * setting.size), decodedAt(z, setting)],
    );
    const [, ...parts] = Object.keys(terms);
    for (const name of parts) {
      const compared = name === "reconstruction" ? comparisons[entry.name] : comparisonMeasures[name];
      const own = objectiveTerms[name];
      const expected = compared?.(pairs, setting.shape, config) ?? own?.(numbers, inner.config);
      if (expected === undefined) throw new Error(`${name} has no formula in src/testing/objective-terms.ts`);
      expectClose(name, [values[name] as number], [expected], 1e-11);
    }
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
