// Davidson et al., Hyperspherical Variational Auto-Encoders (2018), table 1: von Mises-Fisher against normal latents on
// dynamically binarised MNIST, log-likelihood from 500 importance samples. A sphere of dimension d lies in d + 1
// coordinates. The paper trains until 50 epochs bring nothing, batch 64, with 100 epochs of KL warm-up; this is shorter.
//   node bench/published/svae.mjs [--epochs 10] [--d 2,5,10,20,40] [--batch 128] [--warmup 0] [--lr 1e-3]
//     [--posterior normal,von-mises-fisher] [--examples 1000] [--samples 500] [--seed 0] [--threads 1]
// --warmup: epochs over which the weight of the KL divergence rises from 0 to 1.
import { parseArgs } from "node:util";
import { betaVae, elbo, hypersphericalUniform, normal, vonMisesFisher } from "../../dist/index.js";
import { heading, measure, mnist, numbers, row, withError } from "./common.mjs";

const { values } = parseArgs({
  options: {
    epochs: { type: "string", default: "10" },
    d: { type: "string", default: "2,5,10,20,40" },
    batch: { type: "string", default: "128" },
    warmup: { type: "string", default: "0" },
    lr: { type: "string", default: "1e-3" },
    posterior: { type: "string", default: "normal,von-mises-fisher" },
    examples: { type: "string", default: "1000" },
    samples: { type: "string", default: "500" },
    seed: { type: "string", default: "0" },
    threads: { type: "string", default: "1" },
  },
});
const published = {
  normal: { 2: 135.73, 5: 110.21, 10: 93.84, 20: 88.9, 40: 88.93 },
  "von-mises-fisher": { 2: 132.5, 5: 108.43, 10: 93.16, 20: 89.02, 40: 90.87 },
};
const settings = {
  epochs: Number(values.epochs),
  batch: Number(values.batch),
  lr: Number(values.lr),
  examples: Number(values.examples),
  samples: Number(values.samples),
  seed: Number(values.seed),
  threads: Number(values.threads),
};
const warmup = Math.round(Number(values.warmup) * Math.ceil(mnist.train.length / settings.batch));
settings.objective = warmup > 0 ? betaVae({ beta: 1, schedule: "linear", warmup }) : elbo();

heading(
  "S-VAE: negative log-likelihood in nats, dynamically binarised MNIST",
  `784-256-128, ReLU, Adam ${settings.lr}, batch ${settings.batch}, ${settings.epochs} epochs, ` +
    `${warmup > 0 ? `${values.warmup} epochs of KL warm-up` : "no warm-up"}, seed ${settings.seed}; ` +
    `${settings.samples} importance samples, the first ${settings.examples} test images (± their standard error).`,
  ["d", "posterior", "-log p(x)", "published", "-ELBO", "KL", "s"],
);
for (const d of numbers(values.d)) {
  const models = {
    normal: { latent: d, posterior: normal(), prior: normal() },
    "von-mises-fisher": { latent: d + 1, posterior: vonMisesFisher(), prior: hypersphericalUniform() },
  };
  const found = {};
  for (const [name, model] of Object.entries(models)) {
    if (!values.posterior.split(",").includes(name)) continue;
    const result = await measure(model, settings);
    found[name] = result.logLikelihood.negativeLogLikelihood;
    const { logLikelihood, negativeElbo, kl, seconds } = result;
    const target = published[name][d]?.toFixed(2) ?? "";
    row([
      d,
      name,
      withError(logLikelihood),
      target,
      negativeElbo.toFixed(2),
      kl.toFixed(2),
      seconds.toFixed(0),
    ]);
  }
  if (Object.keys(found).length < 2) continue;
  const difference = (of) => (of["von-mises-fisher"] - of.normal).toFixed(2);
  const at = { normal: published.normal[d], "von-mises-fisher": published["von-mises-fisher"][d] };
  row([d, "vMF - normal", difference(found), at.normal === undefined ? "" : difference(at), "", "", ""]);
}
