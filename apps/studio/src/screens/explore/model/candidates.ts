import type { Bench } from "./bench.svelte";

/** An example that can be picked: of the test data, or drawn from the prior where there are none. */
export interface Candidate {
  readonly code: Float32Array;
  readonly values: Float32Array;
  /** Where the picture starts in `values`. */
  readonly offset: number;
  readonly label: string | undefined;
  readonly id: string;
}

function ofExample(bench: Bench, row: number): Candidate {
  const label = bench.examples?.labels?.[row];
  return {
    code: bench.codeOf(row),
    values: bench.shades,
    offset: row * bench.size,
    label: label === undefined ? undefined : (bench.classes?.[label] ?? String(label)),
    id: `test ${row}`,
  };
}

/** `count` candidates, others for each `round`. */
export async function candidates(bench: Bench, count: number, round: number): Promise<Candidate[]> {
  const total = bench.codes?.means.shape[0] ?? 0;
  if (bench.codes && bench.examples) {
    const first = (round * count) % Math.max(1, total);
    return Array.from({ length: Math.min(count, total) }, (_, i) => ofExample(bench, (first + i) % total));
  }
  const drawn = await bench.model.samplePrior(count, { seed: round, ...bench.condition });
  const values = await bench.decode(drawn.data);
  return Array.from({ length: count }, (_, i) => ({
    code: drawn.data.slice(i * bench.latent, (i + 1) * bench.latent),
    values,
    offset: i * bench.size,
    label: undefined,
    id: `prior ${round} ${i}`,
  }));
}
