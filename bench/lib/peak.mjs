import { race } from "./arena.mjs";
import { line } from "./competitors.mjs";

/** Rows and columns of the product that is the limit. */
export const size = 2048;

/** GFLOP/s of the product in so many milliseconds. */
export const productRate = (milliseconds) => (2 * size ** 3) / milliseconds / 1e6;

/**
 * `race`, with the product by `engine`, the machine's fastest, among the competitors: what a share of the peak is
 * taken of is measured in the same minutes. Answers `{ found, peak, peakDisturbed }`, GFLOP/s by the product's median time.
 */
export async function raceWithPeak(engine, entries, options) {
  const { entries: product } = engine ? line([engine], { work: "product", size }) : { entries: [] };
  const { peak, ...found } = await race(
    [...entries, ...product.map((entry) => ({ ...entry, name: "peak" }))],
    options,
  );
  if (peak?.median === undefined) return { found };
  return { found, peak: productRate(peak.median), peakDisturbed: peak.disturbed };
}
