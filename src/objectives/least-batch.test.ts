import { describe, expect, it } from "vitest";
import { grad } from "../autodiff/index.js";
import { fromArrays } from "../data/index.js";
import { bernoulli } from "../distributions/index.js";
import { constant, type Expr, input } from "../graph/index.js";
import { vae } from "../model/index.js";
import { LocalEngine } from "../runtime/index.js";
import { nodeBackend } from "../runtime/node.js";
import { tensor } from "../tensor/index.js";
import { numbersOf } from "../testing/evaluate.js";
import { contextOf, normalVectors } from "../testing/objective-context.js";
import { trainOn } from "../runs/index.js";
import type { Platform } from "../train/index.js";
import { betaTcVae, elbo, objectives } from "./index.js";

const platform: Platform = {
  startEngine: async () => new LocalEngine(await nodeBackend("cpu", 1)),
  openBackend: () => nodeBackend("cpu", 1),
};
const texts = [
  "wae-mmd",
  "wae-mmd(encoder=random, unbiased=false)",
  "info-vae",
  "info-vae(alpha=1)",
  "sliced-wasserstein",
  "sliced-wasserstein(encoder=random)",
  "dip-vae",
  "dip-vae(type=ii)",
  "beta-tc-vae",
  "beta-tc-vae(sampling=stratified)",
];

/** Terms and gradients of an objective for a batch of codes with these means, whose decoder ignores them. */
async function pull(text: string, means: readonly (readonly number[])[]): Promise<Record<string, number[]>> {
  const batch = means.length;
  const loc = input("loc", "float64", [batch, 2]);
  const x = constant(
    means.map(() => [1, 0, 1]),
    "float64",
  );
  const drawn = (shape: readonly unknown[]): Expr =>
    constant(
      tensor(
        "float64",
        shape.map(Number),
        Float64Array.from({ length: shape.reduce<number>((n, d) => n * Number(d), 1) }, (_, i) =>
          Math.sin(3 * i + 1),
        ),
      ),
    );
  const context = contextOf(
    {
      x,
      encode: () =>
        normalVectors(
          loc,
          constant(
            means.map(() => [0.7, 0.4]),
            "float64",
          ),
        ),
      decode: (z) => {
        const logits = z
          .slice(-1, 0, 1)
          .mul(0)
          .add(constant([0.5, 0.1, -1], "float64"));
        const p = bernoulli.of({ logits });
        return { ...p, shape: [batch, 3], eventRank: 1, logProb: (at: Expr) => p.logProb(at).sum(-1) };
      },
      noise: { draw: (_kind, shape) => drawn(shape) },
    },
    2,
  );
  const { loss, terms } = objectives.from(text).build(context);
  const [slope] = grad(loss, [loc]) as [Expr];
  return numbersOf(
    { loss, slope, ...terms },
    { loc: tensor("float64", [batch, 2], Float64Array.from(means.flat())) },
  );
}

const ofPairs = ["mmd", "wassersteinSquared", "covariancePenalty", "totalCorrelation", "mutualInformation"];

describe.each(texts)("%s", (text) => {
  it("does not compare a single example with anything", async () => {
    const { slope, ...terms } = await pull(text, [[3, -2]]);
    const kl = text.includes("wae") || text.includes("sliced") || text.includes("alpha=1") ? 0 : 1;
    // what is left is the pull of the KL divergence to the prior, whose gradient by a mean is the mean or the draw
    const names = Object.keys(terms).filter((name) => ofPairs.includes(name));
    for (const name of names) expect(terms[name], name).toEqual([expect.closeTo(0, 12)]);
    const [first, second] = slope as [number, number];
    if (kl === 0) expect([first, second].map(Math.abs)).toEqual([0, 0]);
    else expect([Math.sign(first), Math.sign(second)]).toEqual([1, -1]);
  });

  it("compares two", async () => {
    const one = (await pull(text, [[3, -2]]))["slope"] as number[];
    const two = (
      await pull(text, [
        [3, -2],
        [3, 1],
      ])
    )["slope"] as number[];
    expect(two.slice(0, 2).map((value) => 2 * value)).not.toEqual(one);
  });

  it("refuses batches of one, and a single example", async () => {
    const model = vae({ input: [2, 2], latent: 2, hidden: [4] });
    const rows = (n: number): ReturnType<typeof tensor<"uint8">> =>
      tensor(
        "uint8",
        [n, 2, 2],
        Uint8Array.from({ length: 4 * n }, (_, i) => (i * 37) % 256),
      );
    const many = fromArrays({ name: "many", train: rows(9), test: rows(5) });
    const single = fromArrays({ name: "single", train: rows(1), test: rows(5) });
    const objective = objectives.from(text);
    const name = objective.name;
    await expect(trainOn(platform, model, many, { objective, batchSize: 1, epochs: 1 })).rejects.toThrow(
      `${name} compares the examples of a batch with each other and needs at least 2`,
    );
    await expect(trainOn(platform, model, single, { objective, epochs: 1 })).rejects.toThrow(
      "only 1 to train with",
    );
    // 9 examples: two batches of 4, and one
    const run = await trainOn(platform, model, many, { objective, batchSize: 4, epochs: 2, seed: 1 });
    await run.model.close();
    expect(run.history.flatMap(({ train }) => Object.values(train)).every(Number.isFinite)).toBe(true);
  });
});

it("lets all others train with batches of one", () => {
  const least = objectives.list().map(({ name }) => objectives.from(name).leastBatch);
  expect(least.filter((value) => value === 2)).toHaveLength(5);
  expect(elbo().leastBatch).toBeUndefined();
  expect(betaTcVae().leastBatch).toBe(2);
});
