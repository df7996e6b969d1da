import { race } from "../lib/arena.mjs";
import { line } from "../lib/competitors.mjs";
import { productRate as rate, size } from "../lib/peak.mjs";

export const title = "The limit: one large product of float32 matrices";
export const unit = "GFLOP/s";

/** GFLOP/s of a large matrix product in each engine; the best of them is the machine's peak of this run. */
export async function run({ rounds, seconds, log }) {
  const { entries, missing } = line(["latent", "torch-best"], { work: "product", size });
  const found = await race(entries, { rounds, seconds: seconds(10), log });
  const results = Object.entries(found).map(([name, result]) => ({
    case: `${size} x ${size} x ${size}`,
    competitor: name,
    ...result,
    ...(result.error === undefined && {
      median: rate(result.median),
      q1: rate(result.q3),
      q3: rate(result.q1),
      best: rate(result.min),
    }),
  }));
  return { results, missing };
}
