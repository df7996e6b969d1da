import type { EpochRecord } from "latent/web";
import type { ProgressPoint } from "../../lib/live/live-run.svelte";

interface Line {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number | null }[];
  readonly dashed?: boolean;
  readonly colour?: number;
}

const finite = (value: number | undefined): number | null =>
  value !== undefined && Number.isFinite(value) ? value : null;

/** At most so many of the points, evenly chosen, the last always among them: a chart has no more pixels. */
function thinned<T>(points: readonly T[], most = 600): readonly T[] {
  if (points.length <= most) return points;
  const step = (points.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, i) => points[Math.round(i * step)] as T);
}

/** A line for each term while training, and a dashed one of the same colour for what the test data gave. */
export function linesOf(
  progress: readonly ProgressPoint[],
  history: readonly EpochRecord[],
  nameOf: (term: string) => string,
  onTest: string,
): Line[] {
  const terms = [
    ...new Set([
      ...progress.flatMap((point) => Object.keys(point.terms)),
      ...history.flatMap(({ train }) => Object.keys(train)),
    ]),
  ];
  const shown = thinned(progress);
  return terms.flatMap((term, colour): Line[] => {
    const trained =
      shown.length > 0
        ? shown.map(({ step, terms: each }) => ({ x: step, y: finite(each[term]) }))
        : history.map(({ step, train }) => ({ x: step, y: finite(train[term]) }));
    const tested = history.map(({ step, evaluation }) => ({
      x: step,
      y: finite(
        evaluation.terms[term] ?? (evaluation as unknown as Record<string, number | undefined>)[term],
      ),
    }));
    const lines: Line[] = [{ name: nameOf(term), points: trained, colour }];
    if (tested.some(({ y }) => y !== null))
      lines.push({ name: `${nameOf(term)} ${onTest}`, points: tested, dashed: true, colour });
    return lines;
  });
}

/** The norm of the gradients, where it is reported. */
export function normLines(history: readonly EpochRecord[], name: string): Line[] {
  const points = history.filter(({ gradientNorm }) => gradientNorm !== undefined);
  return points.length === 0
    ? []
    : [
        {
          name,
          points: points.map(({ step, gradientNorm }) => ({ x: step, y: finite(gradientNorm) })),
          colour: 4,
        },
      ];
}

/** The KL divergence to the standard normal of each latent coordinate, averaged over the examples; nats. */
export function klPerDimension(codes: Float32Array, deviations: Float32Array, z: number): number[] {
  const n = codes.length / z;
  return Array.from({ length: z }, (_, k) => {
    let sum = 0;
    for (let i = 0; i < n; i++) {
      const [mean, deviation] = [codes[i * z + k] as number, deviations[i * z + k] as number];
      sum += 0.5 * (mean * mean + deviation * deviation - 1) - Math.log(deviation);
    }
    return sum / n;
  });
}
