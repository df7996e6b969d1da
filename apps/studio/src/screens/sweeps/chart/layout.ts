import type { Axis, Trial } from "../../../lib/sources/sweeps";
import { placeIn, placeOf, type ValueRange } from "../model/scales";

/** Where the axes of parallel coordinates are: beside each other or, on a narrow screen, below each other. */
export interface Layout {
  readonly tall: boolean;
  readonly width: number;
  readonly height: number;
  /** Along which axes follow upon one another, and along which an axis runs. */
  readonly start: number;
  readonly gap: number;
  readonly from: number;
  readonly to: number;
}

export type Point = readonly [x: number, y: number];

/** Pixels that an axis needs beside the next one for its marks. */
const leastGap = 104;

/** A layout for so many axes, the objective's among them. */
export function layoutOf(width: number, axes: number): Layout {
  const [left, right] = [28, 84];
  const gap = (width - left - right) / Math.max(1, axes - 1);
  if (gap >= leastGap) return { tall: false, width, height: 376, start: left, gap, from: 352, to: 64 };
  return { tall: true, width, height: 84 * axes + 8, start: 44, gap: 84, from: 16, to: width - 16 };
}

/** Where a place (0 to 1) on an axis is. */
export function pointAt({ tall, start, gap, from, to }: Layout, axis: number, place: number): Point {
  const [along, across] = [from + place * (to - from), start + axis * gap];
  return tall ? [along, across] : [across, along];
}

/** The place on an axis, from 0 to 1, that is nearest to a point. */
export function placeAt({ tall, from, to }: Layout, [x, y]: Point): number {
  const place = ((tall ? x : y) - from) / (to - from);
  return Math.min(1, Math.max(0, place));
}

/** Where a trial's line meets the axes; it passes those by that are of no use to it. */
export function stopsOf(
  layout: Layout,
  axes: readonly Axis[],
  trial: Trial,
  range: ValueRange | undefined,
): readonly Point[] {
  const places = axes.flatMap((axis, i) => {
    const value = trial.point[axis.path];
    return value === undefined ? [] : [pointAt(layout, i, placeOf(axis, value))];
  });
  if (range === undefined || trial.value === null) return places;
  return [...places, pointAt(layout, axes.length, placeIn(range, trial.value))];
}

/** A line that leaves and meets every axis at a right angle, so that it can be followed through a crossing. */
export function lineOf({ tall }: Layout, stops: readonly Point[]): string {
  return stops
    .map(([x, y], i) => {
      const [px, py] = stops[i - 1] ?? [x, y];
      if (i === 0) return `M${x.toFixed(1)},${y.toFixed(1)}`;
      const middle = tall ? (py + y) / 2 : (px + x) / 2;
      const [a, b] = tall
        ? [`${px.toFixed(1)},${middle.toFixed(1)}`, `${x.toFixed(1)},${middle.toFixed(1)}`]
        : [`${middle.toFixed(1)},${py.toFixed(1)}`, `${middle.toFixed(1)},${y.toFixed(1)}`];
      return `C${a} ${b} ${x.toFixed(1)},${y.toFixed(1)}`;
    })
    .join("");
}

/** How far a line passes from a point, across its way; Infinity where it does not come by. */
export function distanceTo({ tall }: Layout, stops: readonly Point[], point: Point): number {
  const [along, across] = tall ? ([1, 0] as const) : ([0, 1] as const);
  for (const [i, stop] of stops.entries()) {
    const before = stops[i - 1];
    if (before === undefined || point[along] < before[along] || point[along] > stop[along]) continue;
    const share = (point[along] - before[along]) / (stop[along] - before[along]);
    const eased = share * share * (3 - 2 * share);
    return Math.abs(before[across] + eased * (stop[across] - before[across]) - point[across]);
  }
  return Infinity;
}

/** A name without its first parts, as far as there is no room for them. */
export function shortName(name: string, characters: number): string {
  const parts = name.split(".");
  while (parts.length > 1 && parts.join(".").length > characters) parts.shift();
  const text = parts.join(".");
  return text.length > characters ? `${text.slice(0, characters - 1)}…` : text;
}
