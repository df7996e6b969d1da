import { afterAll, describe, expect, test } from "vitest";
import {
  bernoulli,
  cauchy,
  dirichlet,
  distributions,
  gamma,
  hypersphericalUniform,
  laplace,
  multivariateNormal,
  vonMisesFisher,
} from "../distributions/index.js";
import { initialValues } from "../nn/index.js";
import { nodeBackend } from "../runtime/node.js";
import { RandomStream, tensor, UserError } from "../tensor/index.js";
import { TrainedVae } from "./trained.js";
import { vae } from "./vae.js";

const backend = nodeBackend("cpu", 1);
const opened: TrainedVae[] = [];
afterAll(() => Promise.all(opened.map((one) => one.close())));

function modelOf(options: object): TrainedVae {
  const definition = vae({ input: [6], latent: 3, hidden: [5], likelihood: bernoulli(), ...options });
  const model = new TrainedVae(definition, initialValues(definition.parameters, 3), () => backend);
  opened.push(model);
  return model;
}

const x = tensor("float32", [4, 6], new RandomStream(1, "x").uniform(new Float32Array(24), 0));

describe("how sure an encoder is", () => {
  test("of a normal posterior is its mean and standard deviation", async () => {
    const model = modelOf({});
    const { mean, logVar } = await model.encode(x);
    const found = await model.uncertainty(x);
    expect(found.from).toBe("exact");
    expect(found.quantiles).toBeUndefined();
    expect(found.mean.data).toEqual(mean?.data);
    // the same number by another way: two roundings of float32
    found.deviation.data.forEach((value, i) =>
      expect(value).toBeCloseTo(Math.exp((logVar?.data[i] ?? 0) / 2), 6),
    );
  });

  test.each([
    ["laplace", { posterior: laplace(), prior: laplace() }],
    ["gamma", { posterior: gamma(), prior: gamma() }],
    ["a full normal", { posterior: multivariateNormal() }],
    ["dirichlet", { posterior: dirichlet(), prior: dirichlet() }],
    ["a product", { posterior: distributions.from("product(a=[1, normal], b=laplace)") }],
  ] as const)("of %s agrees with draws of it", async (_, options) => {
    const model = modelOf(options);
    const exact = await model.uncertainty(x);
    const drawn = await model.uncertainty(x, { draws: 4000, seed: 2 });
    expect([exact.from, drawn.from]).toEqual(["exact", "draws"]);
    expect(drawn.draws?.shape).toEqual([4, 4000, 3]);
    exact.mean.data.forEach((value, i) => {
      const deviation = exact.deviation.data[i] ?? 0;
      // five standard errors of a mean of 4000 draws, and a tenth for a deviation, of heavy tails too
      expect(Math.abs((drawn.mean.data[i] ?? 0) - value)).toBeLessThan((5 * deviation) / Math.sqrt(4000));
      expect(Math.abs((drawn.deviation.data[i] ?? 0) / deviation - 1)).toBeLessThan(0.15);
    });
  });

  test("of a family without mean or variance comes by draws, with quantiles in order", async () => {
    const model = modelOf({ posterior: cauchy() });
    const found = await model.uncertainty(x, { draws: 500, levels: [0.1, 0.5, 0.9] });
    const { loc, scale } = await model.encode(x);
    expect(found.from).toBe("draws");
    expect(found.quantiles?.values.shape).toEqual([4, 3, 3]);
    const [first] = Array.from({ length: 3 }, (_, l) => found.quantiles?.values.data[l * 3] ?? 0);
    expect(first).toBeLessThan(found.quantiles?.values.data[3] ?? 0);
    // the median of 500 draws of a Cauchy lies within 5 * pi/2 / sqrt(500) of its location, in its scale
    const away = Math.abs((found.quantiles?.values.data[3] ?? 0) - (loc?.data[0] ?? 0));
    expect(away).toBeLessThan(0.36 * (scale?.data[0] ?? 0));
    const again = await model.uncertainty(x, { draws: 500, levels: [0.1, 0.5, 0.9] });
    expect(again.draws?.data).toEqual(found.draws?.data);
    const other = await model.uncertainty(x, { draws: 500, seed: 1 });
    expect(other.draws?.data).not.toEqual(found.draws?.data);
  });

  test("on a sphere: draws are of length 1", async () => {
    const model = modelOf({ posterior: vonMisesFisher(), prior: hypersphericalUniform() });
    const { draws } = await model.uncertainty(x, { draws: 20 });
    const lengths = Array.from({ length: 80 }, (_, i) =>
      Math.hypot(...(draws?.data.slice(3 * i, 3 * i + 3) ?? [])),
    );
    lengths.forEach((length) => expect(length).toBeCloseTo(1, 5));
  });

  test("each example's draws are its own, whatever else is asked for", async () => {
    const model = modelOf({ posterior: cauchy() });
    const all = await model.uncertainty(x, { draws: 10 });
    const first = await model.uncertainty(tensor("float32", [2, 6], x.data.slice(0, 12)), { draws: 10 });
    expect(all.draws?.data.slice(0, 60)).toEqual(first.draws?.data);
  });

  test("what can't be is refused", async () => {
    const model = modelOf({});
    await expect(model.uncertainty(x, { draws: 1 })).rejects.toThrow(UserError);
    await expect(model.uncertainty(x, { levels: [2] })).rejects.toThrow(/levels/);
    await expect(model.uncertainty(tensor("float32", [4, 5]))).rejects.toThrow(/takes examples of shape/);
  });
});
