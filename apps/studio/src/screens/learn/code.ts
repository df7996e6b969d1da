import type { StepId } from "./steps";

interface StepCode {
  /** As a user of the package writes it. */
  readonly code: string;
  /** The repository's files that do it. */
  readonly files: readonly string[];
}

const autoencoder = `import { autoencoder, datasets, train, vae } from "latent";

const mnist = await datasets.mnist();
const model = vae({ input: mnist.shape, latent: 2, hidden: [128, 64] });
const run = await train(model, mnist, { objective: autoencoder(), epochs: 10, seed: 0 });

const codes = await run.model.codes(mnist.test.examples);   // [10000, 2]
const pictures = await run.model.decode(codes);             // [10000, 28, 28]`;

const parameters = `import { datasets, elbo, train, vae } from "latent";

const mnist = await datasets.mnist();
const model = vae({ input: mnist.shape, latent: 2, hidden: [128, 64] });
const run = await train(model, mnist, { objective: elbo(), epochs: 10, seed: 0 });

// Four numbers a picture: two means, two log-variances.
const { mean, logVar } = await run.model.encode(mnist.test.examples);
const deviation = logVar.data.map((value) => Math.exp(value / 2));
console.log(mean.shape, deviation.slice(0, 2));`;

const trick = `import { defineDistribution, fromLogVariance, normal, real } from "latent";

export const gaussian = defineDistribution({
  name: "my-normal",
  params: { loc: real, scale: fromLogVariance },            // the network puts out mean and log-variance
  noise: { eps: "normal" },                                 // drawn outside, from N(0, 1)
  rsample: ({ loc, scale }, { eps }) => loc.add(scale.mul(eps)),
  logProb: (params, x) => normal.of(params).logProb(x),
  mean: ({ loc }) => loc,
  variance: ({ scale }) => scale.square(),
});

// Without the trick: the same draw, but no gradient passes. This is the lesson's "stopped" model.
export const stopped = defineDistribution({
  name: "my-stopped-normal",
  params: { loc: real, scale: fromLogVariance },
  noise: { eps: "normal" },
  rsample: ({ loc, scale }, { eps }) => loc.add(scale.mul(eps)).stopGradient(),
  logProb: (params, x) => normal.of(params).logProb(x),
  mean: ({ loc }) => loc,
  variance: ({ scale }) => scale.square(),
});`;

const simple = `import { datasets, evaluateModel, simple, train, vae } from "latent";

const mnist = await datasets.mnist();
const model = vae({ input: mnist.shape, latent: 2, hidden: [128, 64] });
const run = await train(model, mnist, { objective: simple(), epochs: 10, seed: 0 });

const { mse, activeUnits } = await evaluateModel(run.model, mnist);
console.log(mse, activeUnits);                              // about 0.067, and no coordinate in use`;

const elbo = `import { betaVae, datasets, elbo, train, vae } from "latent";

const mnist = await datasets.mnist();
const model = vae({ input: mnist.shape, latent: 2, hidden: [128, 64] });

const balanced = await train(model, mnist, { objective: elbo(), epochs: 10, seed: 0 });
const ordered = await train(model, mnist, { objective: betaVae({ beta: 10 }), epochs: 10, seed: 0 });

for (const { history } of [balanced, ordered]) {
  const { reconstruction, kl } = history.at(-1)?.train ?? {};
  console.log({ reconstruction, kl });                      // nats a picture
}`;

const generate = `import { datasets, saveImages, tensor, train, vae } from "latent";

const mnist = await datasets.mnist();
const run = await train(vae({ input: mnist.shape, latent: 2 }), mnist, { epochs: 10, seed: 0 });

// The encoder is not needed: draw from the prior and decode.
await saveImages(await run.model.generate(64), "digits.png");

// Or decode a place of your choice.
const picture = await run.model.decode(tensor("float32", [1, 2], Float32Array.of(0.5, -1)));
await saveImages(picture, "here.png");`;

const distributions = `import { datasets, hypersphericalUniform, samples, slicedWasserstein, train, vae, vonMisesFisher } from "latent";

const mnist = await datasets.mnist();

// Codes on a sphere: the posterior is a bump on it, the prior is the same everywhere.
const sphere = vae({
  input: mnist.shape,
  latent: 3,
  posterior: vonMisesFisher(),
  prior: hypersphericalUniform(),
});
await train(sphere, mnist, { epochs: 10, seed: 0 });

// A drawn prior has points but no density, so a distance of point clouds takes the place of the KL.
const drawn = vae({ input: mnist.shape, latent: 2, prior: samples({ file: "heart.png" }) });
await train(drawn, mnist, { objective: slicedWasserstein({ lambda: 1000 }), epochs: 10, seed: 0 });`;

const next = `import { datasets, saveImages, train, vae } from "latent";

// Your own pictures, as numbers from 0 to 1: here 500 of 16 x 16 with a bright bar somewhere.
const size = 16;
const pixels = Float32Array.from({ length: 500 * size * size }, (_, i) => {
  const picture = Math.floor(i / (size * size));
  return i % size === picture % size ? 1 : 0;
});
const bars = datasets.fromArrays({
  name: "bars",
  train: { dtype: "float32", shape: [500, size, size], data: pixels },
});
const run = await train(vae({ input: bars.shape, latent: 2 }), bars, { epochs: 5, seed: 0 });
await saveImages(await run.model.generate(16), "bars.png");`;

export const codeOf: Readonly<Record<StepId, StepCode>> = {
  autoencoder: { code: autoencoder, files: ["src/objectives/autoencoder.ts", "src/model/trained.ts"] },
  parameters: { code: parameters, files: ["src/distributions/normal.ts", "src/distributions/constraint.ts"] },
  trick: {
    code: trick,
    files: [
      "src/distributions/normal.ts",
      "src/ops/gradient-control.ts",
      "apps/studio/src/lib/live/stopped-normal.ts",
    ],
  },
  simple: { code: simple, files: ["src/objectives/simple.ts"] },
  elbo: {
    code: elbo,
    files: ["src/objectives/elbo.ts", "src/objectives/beta-vae.ts", "src/distributions/kl-pairs.ts"],
  },
  generate: { code: generate, files: ["src/model/trained.ts", "src/model/latents.ts"] },
  distributions: {
    code: distributions,
    files: [
      "src/distributions/von-mises-fisher.ts",
      "src/distributions/samples.ts",
      "src/objectives/sliced-wasserstein.ts",
    ],
  },
  next: { code: next, files: ["src/data/", "docs/data.md", "examples/own-distribution/triangular.ts"] },
};
