// What the scripts for published figures share: training, importance-sampled likelihoods, tables in Markdown.
import { availableParallelism } from "node:os";
import { bernoulli, datasets, evaluateModel, train, vae } from "../../dist/index.js";

/** MNIST in grey levels. */
export const mnist = await datasets.mnist();

/**
 * Trains on dynamically binarised MNIST and measures the test set: the negative ELBO of all examples and the
 * importance-sampled negative log-likelihood of the first `examples`, in nats.
 */
export async function measure(model, { objective, epochs, batch, lr, samples, examples, seed, threads }) {
  const start = performance.now();
  const run = await train(vae({ input: mnist.shape, likelihood: bernoulli(), ...model }), mnist, {
    ...(objective && { objective }),
    epochs,
    batchSize: batch,
    lr,
    seed,
    threads,
    binarize: "dynamic",
  });
  const seconds = (performance.now() - start) / 1000;
  const evaluation = await evaluateModel(run.model, mnist, {
    binarize: "dynamic",
    seed,
    threads,
    logLikelihood: { samples, examples },
  });
  await run.model.close();
  return { ...evaluation, seconds };
}

/** A negative log-likelihood with its standard error over examples. */
export function withError({ negativeLogLikelihood, standardError }) {
  return `${negativeLogLikelihood.toFixed(2)} ± ${standardError.toFixed(2)}`;
}

/** Prints a row as soon as it is known: runs are long. */
export function row(cells) {
  console.log(`| ${cells.join(" | ")} |`);
}

export function heading(title, settings, columns) {
  const date = new Date().toISOString().slice(0, 10);
  console.log(
    `\n## ${title}\n\n${date}, Node ${process.version}, ${availableParallelism()} cores. ${settings}\n`,
  );
  row(columns);
  row(columns.map(() => "---"));
}

/** `--name 1,2` as numbers. */
export const numbers = (text) => text.split(",").map(Number);
