import type { RunExamples } from "../../../lib/sources/types";
import type { Chart, Place } from "../charts/chart";
import type { Codes } from "../model/codes";

/** An example's code on a chart. */
export interface Dot extends Place {
  readonly row: number;
  readonly label: number | undefined;
}

/** On a ring dots would lie on each other: each goes in or out a little, always by the same. */
function beside(place: Place, row: number): Place {
  const factor = 1 + 0.24 * (((row * 0.6180339887) % 1) - 0.5);
  return { ...place, x: 0.5 + (place.x - 0.5) * factor, y: 0.5 + (place.y - 0.5) * factor };
}

/** Where the codes of examples lie on a chart. */
export function dotsOn(
  chart: Pick<Chart, "place" | "shape">,
  { means }: Pick<Codes, "means">,
  labels: RunExamples["labels"],
): Dot[] {
  const [n = 0, latent = 1] = means.shape;
  return Array.from({ length: n }, (_, row) => {
    const place = chart.place(means.data.subarray(row * latent, (row + 1) * latent));
    return { ...(chart.shape === "ring" ? beside(place, row) : place), row, label: labels?.[row] };
  });
}

/** The dot nearest to a place, if it is within `reach` and in front. */
export function dotAt(dots: readonly Dot[], x: number, y: number, reach: number): Dot | undefined {
  let best: Dot | undefined;
  let least = reach;
  for (const dot of dots) {
    if (dot.depth < 0.15) continue;
    const distance = Math.hypot(dot.x - x, dot.y - y);
    if (distance < least) [best, least] = [dot, distance];
  }
  return best;
}
