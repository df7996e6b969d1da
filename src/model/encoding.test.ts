import { describe, expect, expectTypeOf, test } from "vitest";
import {
  cauchy,
  defineDistribution,
  distributions,
  type EncodedBy,
  type Encoding,
  type EncodingOf,
  type Family,
  gamma,
  normal,
  real,
} from "../distributions/index.js";
import * as families from "../distributions/families.js";
import { input } from "../graph/index.js";
import type { Run } from "../train/index.js";
import { trainOn } from "../runs/index.js";
import type {} from "../train/index.js";
import type { Tensor } from "../tensor/index.js";
import { posteriorOutputs } from "./functions.js";
import type { TrainedVae } from "./trained.js";
import { type Vae, vae } from "./vae.js";

/** What a model encodes, for the compiler. */
const encodedBy = <E extends Encoding>(model: Vae<E>): E => ({ ...model }) as unknown as E;

type Normal = EncodingOf<"mean" | "logVar">;

describe("the type of what a model encodes", () => {
  const shape = { input: [4], latent: 2, hidden: [4] } as const;

  test("is mean and log-variance by default, which need no check", () => {
    expectTypeOf(encodedBy(vae(shape))).toEqualTypeOf<Normal>();
    expectTypeOf(encodedBy(vae({ ...shape, posterior: normal() }))).toEqualTypeOf<Normal>();
    expectTypeOf(encodedBy(vae(shape)).logVar).toEqualTypeOf<Tensor<"float32">>();
  });

  test("follows the posterior", () => {
    expectTypeOf(encodedBy(vae({ ...shape, posterior: gamma() }))).toEqualTypeOf<
      EncodingOf<"mean" | "concentration" | "rate">
    >();
    expectTypeOf(encodedBy(vae({ ...shape, posterior: families.vonMisesFisher() }))).toEqualTypeOf<
      EncodingOf<"mean" | "loc" | "concentration">
    >();
    expectTypeOf(encodedBy(vae({ ...shape, posterior: cauchy() }))).toEqualTypeOf<
      EncodingOf<"loc" | "scale">
    >();
  });

  test("of two possible posteriors is one of two", () => {
    const posterior = Math.random() < 2 ? gamma() : normal();
    expectTypeOf(encodedBy(vae({ ...shape, posterior }))).toEqualTypeOf<
      EncodingOf<"mean" | "concentration" | "rate"> | Normal
    >();
  });

  test("of a posterior chosen by name may have any name, each of which may be missing", () => {
    const encoded = encodedBy(vae({ ...shape, posterior: distributions.from("gamma") }));
    expectTypeOf(encoded).toEqualTypeOf<Encoding>();
    expectTypeOf(encoded.mean).toEqualTypeOf<Tensor<"float32"> | undefined>();
  });

  test("of a distribution of one's own has its parameters, and a mean if it defines one", () => {
    const spec = {
      name: "narrow",
      params: { loc: real },
      logProb: ({ loc }: EncodedParams, x: EncodedParams["loc"]) => x.sub(loc).abs().neg(),
    } as const;
    const plain = defineDistribution(spec)();
    const centred = defineDistribution({ ...spec, mean: ({ loc }: EncodedParams) => loc })();
    expectTypeOf(plain).toEqualTypeOf<Family<EncodingOf<"loc">>>();
    expectTypeOf(centred).toEqualTypeOf<Family<EncodingOf<"loc" | "mean">>>();
  });

  test("reaches the run and its model, and fits where any model does", () => {
    expectTypeOf(trainOn<Normal>).returns.resolves.toEqualTypeOf<Run<Normal>>();
    expectTypeOf<TrainedVae<Normal>["encode"]>().returns.resolves.toEqualTypeOf<Normal>();
    expectTypeOf(vae(shape)).toExtend<Vae>();
    expectTypeOf<Run<Normal>>().toExtend<Run>();
    expectTypeOf<TrainedVae<Normal>>().toExtend<TrainedVae>();
  });
});

type EncodedParams = Readonly<Record<"loc", ReturnType<typeof input>>>;

/** What the encoder of a model with this posterior puts out. */
function outputs(posterior: Family): string[] {
  const model = vae({ input: [4], latent: 2, hidden: [4], posterior });
  const weights = Object.entries(model.parameters).map(
    ([name, { shape }]) => [name, input(name, "float32", shape)] as const,
  );
  const encoded = model.bind(Object.fromEntries(weights), "float32").encode(input("x", "float32", ["n", 4]));
  return Object.keys(posteriorOutputs(encoded)).sort();
}

/** The names that the compiler knows of, by family: it refuses a list with a name too few or too many. */
const typed: { [Name in keyof typeof families]?: readonly string[] } = {
  beta: names<typeof families.beta>()("concentration0", "concentration1", "mean"),
  cauchy: names<typeof cauchy>()("loc", "scale"),
  continuousBernoulli: names<typeof families.continuousBernoulli>()("logits", "mean"),
  bernoulli: names<typeof families.bernoulli>()("logits", "mean"),
  dirichlet: names<typeof families.dirichlet>()("concentration", "mean"),
  exponential: names<typeof families.exponential>()("mean", "rate"),
  gamma: names<typeof gamma>()("concentration", "mean", "rate"),
  gumbel: names<typeof families.gumbel>()("loc", "mean", "scale"),
  halfNormal: names<typeof families.halfNormal>()("mean", "scale"),
  inverseAutoregressiveFlow: names<typeof families.inverseAutoregressiveFlow>()("loc", "scale"),
  kumaraswamy: names<typeof families.kumaraswamy>()("concentration0", "concentration1", "mean"),
  laplace: names<typeof families.laplace>()("loc", "mean", "scale"),
  logistic: names<typeof families.logistic>()("loc", "mean", "scale"),
  logisticNormal: names<typeof families.logisticNormal>()("loc", "scale"),
  logNormal: names<typeof families.logNormal>()("loc", "mean", "scale"),
  lowRankNormal: names<typeof families.lowRankNormal>()("factor", "loc", "mean", "scale"),
  multivariateNormal: names<typeof families.multivariateNormal>()("loc", "mean", "scaleTril"),
  normal: names<typeof normal>()("logVar", "mean"),
  poisson: names<typeof families.poisson>()("mean", "rate"),
  powerSpherical: names<typeof families.powerSpherical>()("concentration", "loc", "mean"),
  relaxedBernoulli: names<typeof families.relaxedBernoulli>()("logits", "temperature"),
  relaxedOneHotCategorical: names<typeof families.relaxedOneHotCategorical>()("logits", "temperature"),
  studentT: names<typeof families.studentT>()("df", "loc", "mean", "scale"),
  uniform: names<typeof families.uniform>()("high", "low", "mean"),
  vectorQuantised: names<typeof families.vectorQuantised>()("codebook", "encoded", "mean"),
  vonMises: names<typeof families.vonMises>()("concentration", "loc", "mean"),
  vonMisesFisher: names<typeof families.vonMisesFisher>()("concentration", "loc", "mean"),
};

type KeysOf<F extends (...options: never) => Family> = keyof EncodedBy<ReturnType<F>> & string;

function names<F extends (...options: never) => Family>() {
  return <Given extends readonly KeysOf<F>[]>(
    ...given: Given & (KeysOf<F> extends Given[number] ? unknown : never)
  ): readonly string[] => given;
}

describe("what a model encodes has the names that its type has", () => {
  test.each(Object.entries(typed))("%s", (name, expected) => {
    const family = (families[name as keyof typeof families] as () => Family)();
    expect(outputs(family)).toEqual(expected);
  });

  test("of every posterior that says so in its type", () => {
    expect(Object.keys(typed).length).toBeGreaterThan(25);
  });
});
