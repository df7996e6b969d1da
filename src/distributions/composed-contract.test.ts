import { describe, it } from "vitest";
import type { Expr } from "../graph/index.js";
import { initialValues } from "../nn/index.js";
import { constant } from "../graph/index.js";
import { evaluateOn, type Feeds } from "../runtime/index.js";
import { nodeBackend } from "../runtime/node.js";
import type { Tensor } from "../tensor/index.js";
import { affine, exp, sigmoid } from "./bijector.js";
import { checkDistribution } from "./contract/index.js";
import {
  hypersphericalUniform,
  lowRankNormal,
  mixture,
  multivariateNormal,
  normal,
  oneHotCategorical,
  powerSpherical,
  relaxedBernoulli,
  relaxedOneHotCategorical,
  transformed,
  vonMisesFisher,
} from "./families.js";
import { distributions } from "./registry.js";
import { unitVector } from "./sphere.js";

const backend = nodeBackend("cpu", 2);
const evaluate = async (
  exprs: Readonly<Record<string, Expr>>,
  feeds: Feeds,
): Promise<Record<string, Tensor>> => evaluateOn(await backend, exprs, feeds);

/*
 * The suite repeats parameters along a new first axis and pads them to one rank, as parameters of numbers broadcast.
 * Where parameters have different event axes they are given here with that rank, and the axis is taken off again.
 */
const up = [0.6, 0, 0.8];
const loc = [0.5, -1, 0.2];
const standard = () => distributions.from("normal").prior([3], { dtype: "float64", weights: {} });

describe("the contract is kept by", () => {
  it.each([vonMisesFisher, powerSpherical])("$familyName", async (factory) => {
    // through the constraint: gradients by loc have a meaning along the sphere only, not away from it
    const of = (p: { loc: Expr; concentration: Expr }) =>
      factory.of({ loc: unitVector.map(p.loc), concentration: p.concentration.squeeze(-1) });
    const extremes = [
      { loc: up, concentration: [1e-3] },
      { loc: up, concentration: [1e5] },
      { loc: [1, 0, 0], concentration: [3] },
    ];
    const against = [hypersphericalUniform.of(3, [], "float64")];
    await checkDistribution({ of }, { loc: up, concentration: [4] }, { evaluate, against, extremes });
    await checkDistribution({ of }, { loc: [0.6, -0.8], concentration: [2] }, { evaluate });
  });

  it("multivariate-normal", async () => {
    const scaleTril = [
      [0.7, 0, 0],
      [-0.5, 1, 0],
      [1.1, 0.7, 0.5],
    ];
    const of = (p: { loc: Expr; scaleTril: Expr }) =>
      multivariateNormal.of({ loc: p.loc.squeeze(-2), scaleTril: p.scaleTril });
    await checkDistribution({ of }, { loc: [loc], scaleTril }, { evaluate, against: [standard()] });
  });

  it("low-rank-normal", async () => {
    const of = (p: { loc: Expr; factor: Expr; scale: Expr }) =>
      lowRankNormal.of({ loc: p.loc.squeeze(-2), factor: p.factor, scale: p.scale.squeeze(-2) });
    const params = { loc: [loc], factor: [[0.5], [-1], [0.3]], scale: [[0.4, 1, 0.8]] };
    await checkDistribution({ of }, params, { evaluate, against: [standard()] });
  });

  it("one-hot-categorical", async () => {
    const against = [oneHotCategorical.of({ logits: constant([0, 0, 0], "float64") })];
    await checkDistribution(oneHotCategorical, { logits: loc }, { evaluate, against });
  });

  it("relaxed-one-hot-categorical", async () => {
    const of = ({ logits }: { logits: Expr }) => relaxedOneHotCategorical.of({ logits, temperature: 0.8 });
    await checkDistribution({ of }, { logits: loc }, { evaluate });
  });

  it("relaxed-bernoulli", async () => {
    const of = ({ logits }: { logits: Expr }) => relaxedBernoulli.of({ logits });
    await checkDistribution({ of }, { logits: [0.4, -1.5] }, { evaluate });
  });

  it("a mixture of normals", async () => {
    const of = (p: { logits: Expr; loc: Expr; scale: Expr }) =>
      mixture.of({ logits: p.logits, components: normal.of({ loc: p.loc, scale: p.scale }) });
    const params = { logits: [0.3, -0.5, 0], loc: [-2, 0, 1.5], scale: [0.5, 1, 0.7] };
    await checkDistribution(
      { of },
      { logits: [params.logits], loc: [params.loc], scale: [params.scale] },
      { evaluate },
    );
  });

  it.each([[[exp()]], [[affine({ shift: 0.5, scale: -2 }), sigmoid()]], [[affine({ scale: 3 })]]])(
    "transformed normals",
    async (maps) => {
      const of = (p: { loc: Expr; scale: Expr }) => transformed.of(normal.of(p), maps);
      await checkDistribution({ of }, { loc: [0.3, -0.4], scale: [0.5, 0.8] }, { evaluate });
    },
  );

  it("a product of normals", async () => {
    const family = distributions.from("product(a=[1, normal], b=logistic)");
    const of = ({ raw }: { raw: Expr }) => family.fromRaw(raw, [3], { dtype: "float64", weights: {} });
    const params = { raw: [0.5, 0.2, 0.3, -1, 0.4, 0.1] };
    await checkDistribution({ of }, params, { evaluate });
  });

  it("flows with the weights that they start with", async () => {
    for (const [text, size] of [
      ["coupling-flow(layers=2, hidden=[8])", 0],
      ["inverse-autoregressive-flow(layers=2, hidden=[8])", 6],
    ] as const) {
      const family = distributions.from(text);
      const values = initialValues(family.weights?.([2]) ?? {}, 1, "float64");
      const of = (p: Record<string, Expr>) => {
        const { raw, ...rest } = p;
        const fixed = Object.fromEntries(
          Object.entries(values).map(([name, value]) => [name, constant(value)]),
        );
        const context = { dtype: "float64", weights: { ...fixed, ...rest } } as const;
        return size === 0 ? family.prior([2], context) : family.fromRaw(raw as Expr, [2], context);
      };
      const params: Record<string, number[]> = size === 0 ? {} : { raw: [0.3, -0.2, 0.1, 0.5, 1, -1] };
      await checkDistribution({ of }, params, { evaluate });
    }
  });
});
