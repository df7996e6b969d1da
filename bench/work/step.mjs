import { line } from "../lib/competitors.mjs";
import { stepFlops } from "../lib/network.mjs";
import { raceWithPeak } from "../lib/peak.mjs";

export const title = "A training step of the notebook's network: ELBO, Adam, data in memory";
export const unit = "ms a step";

const batches = [32, 64, 128, 512, 2048];

function cases(quick) {
  if (quick) return [{ batch: 128, latent: 2 }];
  return batches.flatMap((batch) => [2, 20].map((latent) => ({ batch, latent })));
}

/** TensorFlow.js's cpu backend takes seconds a step at large batches: it is measured where it ends. */
function names({ batch, latent }) {
  const slow = batch <= 128 && latent === 2 ? ["tfjs-cpu"] : [];
  return ["latent", "torch-best", "torch", "jax", "tfjs-wasm", ...slow];
}

/** Milliseconds a step by batch and latent size; `fastest` measures the peak in each case, for the share reached. */
export async function run({ rounds, seconds, quick, fastest, log, keep }) {
  const results = [];
  let missing = {};
  for (const { batch, latent } of cases(quick)) {
    log(`step: batch ${batch}, z ${latent}`);
    const { entries, missing: absent } = line(names({ batch, latent }), { work: "step", batch, latent });
    missing = { ...missing, ...absent };
    const { found, peak, peakDisturbed } = await raceWithPeak(fastest, entries, {
      rounds,
      seconds: seconds(40),
      log,
    });
    for (const [competitor, result] of Object.entries(found)) {
      const gflops = stepFlops(batch, latent) / result.median / 1e6;
      const starved =
        result.raw?.map((sample) => sample.starved).filter((share) => share !== undefined) ?? [];
      results.push({
        case: `batch ${batch}, z ${latent}`,
        batch,
        latent,
        competitor,
        ...result,
        ...(result.error === undefined && { gflops, peak, peakDisturbed, peakShare: peak && gflops / peak }),
        ...(starved.length > 0 && { starved: starved.reduce((a, b) => a + b, 0) / starved.length }),
      });
    }
    keep({ results, missing });
  }
  return { results, missing };
}
