import { aText } from "./arguments.js";
import { be, type ChecksOf, requireArgument, requireOptions, UserError } from "../tensor/index.js";
import { composeChart, FONT_SIZE, loadPlot, type Placed, type Plotter, text } from "./chart.js";
import { fitText, formatNumber, textWidth } from "./text.js";
import { maximum, minimum, niceTicks, padded } from "./ticks.js";

/** What was measured at one moment of training: named terms on the training and on the validation data. */
export interface HistoryPoint {
  /** Epochs done (may be a fraction). Give this or `step`; `epoch` is used where every point has it. */
  readonly epoch?: number;
  /** Optimiser steps done. */
  readonly step?: number;
  readonly train?: Readonly<Record<string, number>>;
  readonly validation?: Readonly<Record<string, number>>;
}

/** A term to draw and how to name it. */
export interface CurveTerm {
  readonly key: string;
  readonly label?: string;
  /** Default: the chart's unit. */
  readonly unit?: string;
}

/** Options of {@link lossCurves}. */
export interface CurveOptions {
  readonly title?: string;
  readonly caption?: string;
  /** Terms in the order of their panels; default: all that occur, in the order in which they occur. */
  readonly terms?: readonly (string | CurveTerm)[];
  /** Default `"nats per example"`. */
  readonly unit?: string;
  /** Width of the panels together in pixels, at least 300; default 920. */
  readonly width?: number;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

interface Series {
  readonly train: readonly Point[];
  readonly validation: readonly Point[];
}

const curveChecks = {
  title: aText,
  caption: aText,
  terms: be.list(be.anything, 0, '["kl"]'),
  unit: aText,
  width: be.positive,
} as const satisfies ChecksOf<CurveOptions>;

const aHistory = be.list(be.having([], "an epoch's record"), 0, "run.history");

const TRAIN = "#8d97a6";
const VALIDATION = "#3b76e0";
const AXIS = { fontSize: FONT_SIZE, strokeOpacity: 0.5, fillOpacity: 0.75 };
const BOLD = { fontSize: FONT_SIZE, fontWeight: 600 };
const PANEL_HEIGHT = 250;
const PANEL_GAP = 28;
const MIN_PANEL_WIDTH = 220;
/** Longer series are averaged down to this many points: more cannot be told apart on a panel. */
const MAX_POINTS = 600;

const KNOWN_LABELS: Readonly<Record<string, string>> = {
  negativeElbo: "Negative ELBO",
  reconstruction: "Reconstruction",
  kl: "KL divergence",
  mse: "MSE",
  loss: "Loss",
  total: "Total",
};

const KNOWN_UNITS: Readonly<Record<string, string>> = {
  mse: "per pixel",
  activeUnits: "units",
};

/**
 * The loss term by term against the epoch (or step), as an SVG document: a panel for each term on a scale of
 * its own, training and validation in each, the last value written at the end of its line. Values that are
 * not finite leave a gap, and the caption counts them.
 *
 * Throws a {@link UserError} if there is nothing to draw, or points have neither `epoch` nor `step`.
 */
export async function lossCurves(
  history: readonly HistoryPoint[],
  options: CurveOptions = {},
): Promise<string> {
  requireArgument("lossCurves", "the history", history, aHistory);
  requireOptions("lossCurves", options, curveChecks);
  const width = Math.max(300, options.width ?? 920);
  const axis: "epoch" | "step" = history.every((point) => point.epoch !== undefined) ? "epoch" : "step";
  const terms = termsOf(history, options);
  if (terms.length === 0)
    throw new UserError("there are no loss curves to draw: the history holds no values");
  const series = terms.map((term) => seriesOf(history, term.key, axis));
  const room = Math.max(1, Math.floor((width + PANEL_GAP) / (MIN_PANEL_WIDTH + PANEL_GAP)));
  const columns = Math.min(room, terms.length <= 3 ? terms.length : terms.length === 4 ? 2 : 3);
  const panelWidth = Math.floor((width - (columns - 1) * PANEL_GAP) / columns);
  const plotter = await loadPlot();
  const panels = terms.map((term, i): Placed => {
    const x = (i % columns) * (panelWidth + PANEL_GAP);
    const y = Math.floor(i / columns) * (PANEL_HEIGHT + PANEL_GAP);
    const data = series[i] ?? { train: [], validation: [] };
    return { ...panel(plotter, term, data, axis, panelWidth), x, y };
  });
  const legend = [
    { label: "training", colour: TRAIN, mark: "line" as const, used: series.some((s) => s.train.length > 0) },
    {
      label: "validation",
      colour: VALIDATION,
      mark: "line" as const,
      used: series.some((s) => s.validation.length > 0),
    },
  ];
  return composeChart({
    width,
    title: options.title,
    legend: legend.filter((item) => item.used),
    panels,
    caption: [options.caption, ...remarks(series)].filter(Boolean).join(" "),
    ariaLabel: description(terms, series, axis),
  });
}

function termsOf(history: readonly HistoryPoint[], options: CurveOptions): Required<CurveTerm>[] {
  const occurring = new Set(
    history.flatMap((point) => [...Object.keys(point.train ?? {}), ...Object.keys(point.validation ?? {})]),
  );
  const chosen = options.terms ?? [...occurring];
  return chosen
    .map((term) => (typeof term === "string" ? { key: term } : term))
    .filter((term) => occurring.has(term.key))
    .map((term) => ({
      key: term.key,
      label: term.label ?? KNOWN_LABELS[term.key] ?? readable(term.key),
      unit: term.unit ?? KNOWN_UNITS[term.key] ?? options.unit ?? "nats per example",
    }));
}

/** `activeUnits` as `Active units`. */
function readable(key: string): string {
  const words = key.replace(/[_-]+/g, " ").replace(/([a-z0-9])([A-Z])/g, (_, a: string, b: string) => {
    return `${a} ${b.toLowerCase()}`;
  });
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function seriesOf(history: readonly HistoryPoint[], key: string, axis: "epoch" | "step"): Series {
  const of = (split: "train" | "validation"): Point[] =>
    history.flatMap((point, i) => {
      const x = point[axis];
      if (x === undefined || !Number.isFinite(x)) {
        throw new UserError(`point ${i} of the history has no ${axis}: give every point an epoch or a step`);
      }
      const y = point[split]?.[key];
      return y === undefined ? [] : [{ x, y }];
    });
  return { train: of("train"), validation: of("validation") };
}

function remarks(series: readonly Series[]): string[] {
  const all = series.flatMap((s) => [s.train, s.validation]);
  const lost = all.flat().filter((point) => !Number.isFinite(point.y)).length;
  const longest = Math.max(...all.map((points) => points.length));
  return [
    lost > 0 ? `Not drawn: ${lost} ${lost === 1 ? "value that is" : "values that are"} not finite.` : "",
    longest > MAX_POINTS ? `Each point is the mean of ${Math.ceil(longest / MAX_POINTS)} measurements.` : "",
  ];
}

function thin(points: readonly Point[], bucket: number): readonly Point[] {
  if (bucket <= 1) return points;
  const out: Point[] = [];
  for (let i = 0; i < points.length; i += bucket) {
    const part = points.slice(i, i + bucket);
    const mean = (pick: (point: Point) => number): number =>
      part.reduce((sum, point) => sum + pick(point), 0) / part.length;
    out.push({ x: mean((point) => point.x), y: mean((point) => point.y) });
  }
  return out;
}

function panel(
  { Plot, draw }: Plotter,
  term: Required<CurveTerm>,
  data: Series,
  axis: "epoch" | "step",
  width: number,
): { svg: string; width: number; height: number } {
  const bucket = Math.ceil(Math.max(data.train.length, data.validation.length) / MAX_POINTS);
  const lines = [
    { points: thin(data.train, bucket), colour: TRAIN, weight: 1.75 },
    { points: thin(data.validation, bucket), colour: VALIDATION, weight: 2.25 },
  ].filter((line) => line.points.length > 0);
  const finite = lines.flatMap((line) => line.points).filter((point) => Number.isFinite(point.y));
  const xs = lines.flatMap((line) => line.points.map((point) => point.x));
  const ys = finite.map((point) => point.y);
  const domainX = padded(minimum(xs), maximum(xs), 0);
  const domainY = padded(minimum(ys), maximum(ys), 0.06);
  const last = lines
    .at(-1)
    ?.points.filter((point) => Number.isFinite(point.y))
    .at(-1);
  const lastText = last === undefined ? "" : formatNumber(last.y);
  const ticksY = niceTicks(...domainY, 5);
  const ticksX = niceTicks(...domainX, Math.min(8, Math.floor(width / 45)), true);
  const fragment = draw({
    width,
    height: PANEL_HEIGHT,
    marginTop: 52,
    marginRight: Math.ceil(textWidth(lastText, FONT_SIZE) * 1.13) + 12,
    marginBottom: 44,
    marginLeft: Math.ceil(maximum(ticksY.values.map((y) => textWidth(ticksY.format(y), FONT_SIZE)))) + 12,
    x: { domain: domainX },
    y: { domain: domainY },
    marks: [
      Plot.gridY(ticksY.values, { strokeOpacity: 0.14 }),
      Plot.axisY(ticksY.values, { ...AXIS, tickFormat: ticksY.format, tickSize: 0, label: null }),
      Plot.axisX(ticksX.values, {
        ...AXIS,
        tickFormat: ticksX.format,
        tickSize: 4,
        label: axis,
        labelAnchor: "center",
        labelArrow: "none",
        labelOffset: 40,
      }),
      ...lines.flatMap((line) => [
        Plot.line(line.points, { x: "x", y: "y", stroke: line.colour, strokeWidth: line.weight }),
        ...(line.points.length <= 30
          ? [Plot.dot(line.points, { x: "x", y: "y", fill: line.colour, r: 2.75 })]
          : []),
      ]),
      ...(last === undefined
        ? []
        : [Plot.text([last], { x: "x", y: "y", text: () => lastText, dx: 8, textAnchor: "start", ...BOLD })]),
    ],
  });
  const heading =
    text(
      fitText(term.label, width / 1.13, 14),
      0,
      13,
      'font-size="14" font-weight="600" text-anchor="start"',
    ) + text(fitText(term.unit, width, FONT_SIZE), 0, 31, 'fill-opacity="0.7" text-anchor="start"');
  return { ...fragment, svg: heading + fragment.svg };
}

function description(terms: readonly Required<CurveTerm>[], series: readonly Series[], axis: string): string {
  const parts = terms.map((term, i) => {
    const points = series[i]?.validation.length ? series[i].validation : (series[i]?.train ?? []);
    const finite = points.filter((point) => Number.isFinite(point.y));
    const [first, last] = [finite[0], finite.at(-1)];
    if (first === undefined || last === undefined) return `${term.label}: no finite values`;
    return `${term.label} from ${formatNumber(first.y)} to ${formatNumber(last.y)} ${term.unit}`;
  });
  return `Loss curves against the ${axis}. ${parts.join("; ")}.`;
}
