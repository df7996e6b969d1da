import type { Chart } from "../charts/chart";
import type { Spread } from "../model/spread";

/** What lies within two standard deviations of an example's code. */
export interface Ellipse {
  readonly code: Float32Array;
  readonly spread: Spread;
  readonly row: number;
}

/** The edge of it on a chart, for SVG. */
export function pointsOf(chart: Chart, { code, spread, row }: Ellipse): string {
  return chart
    .around(code, (a, b) => spread(row, a, b))
    .map((edge) => chart.place(edge))
    .map(({ x, y }) => `${x.toFixed(4)},${y.toFixed(4)}`)
    .join(" ");
}
