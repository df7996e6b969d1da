import { composeChart, FONT_SIZE, loadPlot, PAPER } from "../../plot/chart.js";
import { fitText, formatNumber, textWidth } from "../../plot/text.js";
import { type Dimension, valueText } from "../space/space.js";
import type { Point } from "../state.js";
import { rankColour } from "./colours.js";

/** A trial as a chart draws it: less or more is better as `sign` says. */
export interface Measured {
  readonly number: number;
  readonly point: Point;
  readonly value: number;
  readonly complete: boolean;
}

const HEIGHT = 380;
const TOP = 56;
const BOTTOM = 20;

/** A setting's name without its first parts, as far as there is no room for them. */
function shortName(name: string, room: number): string {
  const parts = name.split(".");
  while (parts.length > 1 && textWidth(parts.join("."), FONT_SIZE) > room) parts.shift();
  return fitText(parts.join("."), room, FONT_SIZE);
}

interface Tick {
  readonly x: number;
  readonly y: number;
  readonly text: string;
}

/** Ticks of a setting: all options of a choice, ends and middle of all else. */
function ticksOf(dimension: Dimension, x: number, room: number): Tick[] {
  const { range } = dimension;
  const values =
    range.options === undefined && range.count > 6
      ? [0, 0.25, 0.5, 0.75, 1].map((at) => range.at(at))
      : range.grid(3);
  const ticks = [...new Set(values)].map((value) => ({
    x,
    y: range.placeOf(value),
    text: fitText(valueText(dimension, value), room, FONT_SIZE - 1),
  }));
  return ticks.filter(({ y }, i) => i === 0 || Math.abs(y - (ticks[i - 1]?.y ?? 0)) > 0.02);
}

/**
 * Parallel coordinates as an SVG document: an axis for each setting and one for the metric, a line for each trial, the better the
 * darker. A line passes a setting that isn't of use to its trial by.
 */
export async function parallelCoordinates(
  dimensions: readonly Dimension[],
  trials: readonly Measured[],
  {
    metric,
    sign,
    title,
    caption,
  }: { readonly metric: string; readonly sign: 1 | -1; readonly title: string; readonly caption: string },
): Promise<string> {
  const width = Math.max(640, 150 * (dimensions.length + 1));
  const axes = dimensions.length;
  const room = Math.min(140, width / (axes + 1) - 30);
  const sorted = [...trials].sort((a, b) => sign * (b.value - a.value));
  const values = trials.map(({ value }) => value).sort((a, b) => a - b);
  const [low = 0, high = 1] = [values[0], values.at(-1)];
  const placeOfValue = (value: number): number => (high === low ? 0.5 : (value - low) / (high - low));
  const segments = sorted.flatMap((trial, i) => {
    const rank = sorted.length < 2 ? 0 : 1 - i / (sorted.length - 1);
    const stops = dimensions.flatMap(({ path, range }, x) => {
      const value = trial.point[path];
      return value === undefined ? [] : [{ x, y: range.placeOf(value) }];
    });
    return [...stops, { x: axes, y: placeOfValue(trial.value) }].map((stop) => ({
      ...stop,
      trial: String(trial.number),
      colour: rankColour(rank),
      thick: i >= sorted.length - 3 ? 2.4 : 1.2,
    }));
  });
  const best = sorted.slice(-3);
  const metricTicks: Tick[] = (
    high === low ? [low] : [0, 0.25, 0.5, 0.75, 1].map((at) => low + at * (high - low))
  ).map((value) => ({
    x: axes,
    y: placeOfValue(value),
    text: formatNumber(value),
  }));
  const ticks = [...dimensions.flatMap((dimension, x) => ticksOf(dimension, x, room)), ...metricTicks];
  const names = [...dimensions.map((dimension) => dimension.name), metric].map((name, x) => ({
    x,
    text: shortName(name, room + 20),
  }));
  const { Plot, draw } = await loadPlot();
  const side =
    20 + Math.max(...ticks.filter(({ x }) => x === axes).map(({ text }) => textWidth(text, FONT_SIZE)));
  const panel = draw({
    width,
    height: HEIGHT,
    marginTop: TOP,
    marginBottom: BOTTOM,
    marginLeft: 60,
    marginRight: Math.ceil(side) + 20,
    x: { type: "linear", domain: [0, axes], axis: null },
    y: { domain: [0, 1], axis: null },
    marks: [
      Plot.ruleX(names, { x: "x", strokeOpacity: 0.35 }),
      Plot.line(segments, {
        x: "x",
        y: "y",
        z: "trial",
        stroke: "colour",
        strokeWidth: "thick",
        strokeOpacity: 0.9,
        curve: "bump-x",
      }),
      Plot.text(ticks, {
        x: "x",
        y: "y",
        text: "text",
        dx: 6,
        textAnchor: "start",
        fontSize: FONT_SIZE - 1,
        fillOpacity: 0.85,
        fill: "currentColor",
        stroke: PAPER,
        strokeWidth: 3,
        className: "latent-halo",
      }),
      Plot.text(names, {
        x: "x",
        frameAnchor: "top",
        dy: -34,
        text: "text",
        fontSize: FONT_SIZE,
        fontWeight: 600,
      }),
    ],
  });
  return composeChart({
    width,
    title,
    legend: [
      { label: "best", colour: rankColour(0), mark: "line" },
      { label: "middle", colour: rankColour(0.5), mark: "line" },
      { label: "worst", colour: rankColour(1), mark: "line" },
    ],
    panels: [{ ...panel, x: 0, y: 0 }],
    caption,
    ariaLabel: `Settings of ${trials.length} trials and the ${metric} that they came to. The best are trials ${best
      .map(({ number }) => number)
      .reverse()
      .join(", ")}.`,
  });
}
