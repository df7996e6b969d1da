import { describe, expect, it } from "vitest";
import { grad } from "../autodiff/index.js";
import { type Expr, input } from "../graph/index.js";
import { numbersOf } from "../testing/evaluate.js";
import { RandomStream, tensor, type Tensor } from "../tensor/index.js";
import type { NoiseSource } from "./distribution.js";
import {
  beta,
  cauchy,
  continuousBernoulli,
  dirichlet,
  exponential,
  gamma,
  gumbel,
  halfNormal,
  kumaraswamy,
  laplace,
  logistic,
  logisticNormal,
  logNormal,
  studentT,
  uniform,
  vonMises,
} from "./families.js";
import { klDivergence } from "./kl.js";

const families = [
  beta,
  cauchy,
  continuousBernoulli,
  dirichlet,
  exponential,
  gamma,
  gumbel,
  halfNormal,
  kumaraswamy,
  laplace,
  logistic,
  logisticNormal,
  logNormal,
  studentT,
  uniform,
  vonMises,
];
const batch = 64;
const z = 5;

describe("as a posterior over raw float32 outputs with a free batch size", () => {
  it.each(families.map((family) => [family.info.name, family] as const))(
    "%s has finite draws, divergences to its prior and gradients",
    async (_, factory) => {
      const family = factory({});
      const size = family.rawSize([z]);
      const raw = input("raw", "float32", ["batch", size]);
      const context = { dtype: "float32", weights: {} } as const;
      const posterior = family.fromRaw(raw, [z], context);
      const prior = family.prior([z], context);
      const feeds: Record<string, Tensor> = {};
      const stream = new RandomStream(3, "posteriors");
      const noise: NoiseSource = {
        draw(kind, shape) {
          const name = `noise${Object.keys(feeds).length}`;
          const sizes = shape.map((dim) => (dim === "batch" ? batch : (dim as number)));
          const data = new Float32Array(sizes.reduce((a, b) => a * b, 1));
          stream.child(name)[kind](data, 0);
          feeds[name] = tensor("float32", sizes, data);
          return input(name, "float32", shape);
        },
      };
      const draw = posterior.rsample?.(noise) as Expr;
      expect(draw.shape).toEqual(["batch", z]);
      const kl = klDivergence(posterior, prior, draw).value;
      expect(kl.shape).toEqual(["batch"]);
      const [slope] = grad(kl.sum().add(draw.square().sum()), [raw]) as [Expr];
      const values = stream.normal(new Float32Array(batch * size), 0).map((value) => 4 * value);
      feeds["raw"] = tensor("float32", [batch, size], values);
      const got = await numbersOf({ draw, kl, slope }, feeds);
      for (const [name, list] of Object.entries(got)) {
        expect(list.filter((value) => !Number.isFinite(value)).length, name).toBe(0);
      }
      expect(got.slope.filter((value) => value !== 0).length).toBeGreaterThan(0.9 * batch * size);
    },
  );
});
