// Burda, Grosse and Salakhutdinov, Importance Weighted Autoencoders (2016), table 1, one stochastic layer of 50 units:
// the bound with k draws on MNIST binarised at each visit, test log-likelihood from 5,000 importance samples. The
// paper trains 3,280 epochs, batch 20, with a falling learning rate; this doesn't.
//   node bench/published/iwae.mjs [--epochs 10] [--k 1,5,50] [--examples 500] [--samples 5000] [--seed 0]
import { parseArgs } from "node:util";
import { iwae } from "../../dist/index.js";
import { heading, measure, numbers, row, withError } from "./common.mjs";

const { values } = parseArgs({
  options: {
    epochs: { type: "string", default: "10" },
    k: { type: "string", default: "1,5,50" },
    batch: { type: "string", default: "100" },
    examples: { type: "string", default: "500" },
    samples: { type: "string", default: "5000" },
    seed: { type: "string", default: "0" },
    threads: { type: "string", default: "1" },
  },
});
const published = { 1: 86.76, 5: 85.54, 50: 84.78 };
const activeUnits = { 1: 19, 5: 22, 50: 25 };
const settings = {
  epochs: Number(values.epochs),
  batch: Number(values.batch),
  lr: 1e-3,
  examples: Number(values.examples),
  samples: Number(values.samples),
  seed: Number(values.seed),
  threads: Number(values.threads),
};

heading(
  "IWAE: negative log-likelihood in nats, dynamically binarised MNIST",
  `784-200-200-50, tanh, Adam 1e-3, batch ${settings.batch}, ${settings.epochs} epochs, seed ${settings.seed}; ` +
    `${settings.samples} importance samples, the first ${settings.examples} test images (± their standard error).`,
  ["k", "-log p(x)", "published", "active units", "published", "-ELBO", "s"],
);
for (const k of numbers(values.k)) {
  const result = await measure(
    { latent: 50, hidden: [200, 200], activation: "tanh" },
    { ...settings, objective: iwae({ k }) },
  );
  row([
    k,
    withError(result.logLikelihood),
    published[k]?.toFixed(2) ?? "",
    result.activeUnits,
    activeUnits[k] ?? "",
    result.negativeElbo.toFixed(2),
    result.seconds.toFixed(0),
  ]);
}
