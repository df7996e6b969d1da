import { line } from "../lib/competitors.mjs";
import { halfFlops } from "../lib/network.mjs";
import { raceWithPeak } from "../lib/peak.mjs";

export const title = "Throughput of generate and encode";
export const unit = "images/s";

/** Images a second, through the calls that a user makes: from noise to images, from bytes to codes. */
export async function run({ rounds, seconds, quick, fastest, log, keep }) {
  const results = [];
  let missing = {};
  for (const work of ["generate", "encode"]) {
    for (const n of quick ? [1000] : [1000, 10000]) {
      log(`${work}: ${n}`);
      const latent = 2;
      const { entries, missing: absent } = line(["latent", "torch-best", "torch-unkept", "torch"], {
        work,
        n,
        latent,
      });
      missing = { ...missing, ...absent };
      const { found, peak, peakDisturbed } = await raceWithPeak(fastest, entries, {
        rounds,
        seconds: seconds(15),
        log,
      });
      const rate = (milliseconds) => 1000 / milliseconds;
      for (const [competitor, result] of Object.entries(found)) {
        const gflops = halfFlops(work, n, latent) / (result.median * n) / 1e6;
        results.push({
          case: `${work} ${n.toLocaleString("en-US")}`,
          work,
          n,
          competitor,
          ...result,
          ...(result.error === undefined && {
            median: rate(result.median),
            q1: rate(result.q3),
            q3: rate(result.q1),
            gflops,
            peak,
            peakDisturbed,
            peakShare: peak && gflops / peak,
          }),
        });
      }
      keep({ results, missing });
    }
  }
  return { results, missing };
}
