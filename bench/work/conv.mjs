import { line } from "../lib/competitors.mjs";
import { convModel, convStepFlops } from "../lib/conv-networks.mjs";
import { everything } from "../lib/latent.mjs";
import { raceWithPeak } from "../lib/peak.mjs";

export const title = "A training step of convolutional models: ELBO, Adam, data in memory";
export const unit = "ms a step";

const cases = [
  { network: "keras", batch: 32 },
  { network: "keras", batch: 128 },
  { network: "keras", batch: 512 },
  { network: "rgb64", batch: 16 },
  { network: "rgb64", batch: 64 },
  { network: "resnet32", batch: 64 },
];

// TensorFlow.js' wasm backend has no gradient of a convolution's filter (Conv2DBackpropFilter): it can't train these.
const names = ["latent", "torch-best", "torch"];

/** Milliseconds a step by network and batch; `fastest` measures the peak in each case, for the share reached. */
export async function run({ rounds, seconds, quick, fastest, log, keep }) {
  const latent = await everything();
  const results = [];
  let missing = {};
  for (const { network, batch } of quick ? cases.slice(1, 2) : cases) {
    log(`conv: ${network}, batch ${batch}`);
    const { entries, missing: absent } = line(names, { work: "step", network, batch });
    missing = { ...missing, ...absent };
    const { found, peak, peakDisturbed } = await raceWithPeak(fastest, entries, {
      rounds,
      seconds: seconds(60),
      log,
    });
    const flops = convStepFlops(convModel(latent, network), batch);
    for (const [competitor, result] of Object.entries(found)) {
      const gflops = flops / result.median / 1e6;
      results.push({
        case: `${network}, batch ${batch}`,
        network,
        batch,
        competitor,
        ...result,
        ...(result.error === undefined && { gflops, peak, peakDisturbed, peakShare: peak && gflops / peak }),
      });
    }
    keep({ results, missing });
  }
  return { results, missing };
}
