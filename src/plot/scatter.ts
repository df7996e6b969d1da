import { aTensor, aText, labels, texts, twoNumbers, twoTexts } from "./arguments.js";
import {
  be,
  type ChecksOf,
  formatShape,
  requireArgument,
  requireOptions,
  type Tensor,
  UserError,
} from "../tensor/index.js";
import { composeChart, FONT_SIZE, type Fragment, loadPlot, type Plotter } from "./chart.js";
import { classesOf, type Labels, type PointClass } from "./classes.js";
import { type Dot, dotNames, dotPaths, pickEvenly, scramble } from "./dots.js";
import { requireInteger } from "./pixels.js";
import { fitText, formatNumber, textWidth } from "./text.js";
import { maximum, minimum, niceTicks, type Ticks } from "./ticks.js";

/** What {@link latentScatter} draws. */
export interface ScatterOptions {
  /** Codes `[n, 2]`; codes `[n, 1]` are spread out over a row for each class. */
  readonly points: Tensor;
  /** One label a point; without, all points have one colour. */
  readonly labels?: Labels;
  /** Names of the classes that number labels stand for. */
  readonly classNames?: readonly string[];
  readonly title?: string;
  readonly caption?: string;
  /** Names of the axes; default `["z₁", "z₂"]`, or the principal axes where `explained` is given. */
  readonly axisLabels?: readonly [string, string];
  /** Shares of variance in 0..1 if the points are seen along principal axes; the caption states them. */
  readonly explained?: readonly [number, number];
  /** Of more points, this many are drawn, picked at random but always the same ones; default 10,000. */
  readonly maxPoints?: number;
  /** Width and height of the plot in pixels, at least 240; default 640. */
  readonly size?: number;
}

const SINGLE_COLOUR = "#3b76e0";
const MARGIN = { top: 8, right: 12, bottom: 46 };
const AXIS = {
  fontSize: FONT_SIZE,
  fillOpacity: 0.75,
  strokeOpacity: 0.5,
  tickSize: 0,
  labelArrow: "none",
  labelAnchor: "center",
} as const;

const scatterChecks = {
  points: aTensor,
  labels,
  classNames: texts,
  title: aText,
  caption: aText,
  axisLabels: twoTexts,
  explained: twoNumbers,
  maxPoints: be.whole(1),
  size: be.positive,
} as const satisfies ChecksOf<ScatterOptions>;

/**
 * The latent plane as an SVG document: every point a dot in the colour of its class, one unit equally long on
 * both axes, the classes' names in a legend and in the middle of their points. About 12 bytes a point. The
 * axes never show less than -1..1, so that collapsed codes look collapsed. Points that are not finite are left
 * out, and the caption says how many.
 *
 * Throws a {@link UserError} if there are no finite points, for other shapes, and if labels don't fit.
 */
export async function latentScatter(options: ScatterOptions): Promise<string> {
  requireOptions("latentScatter", options, scatterChecks);
  requireArgument("latentScatter", "points", options.points, aTensor);
  const [n = 0, dims = 0] = options.points.shape;
  if (options.points.shape.length !== 2 || (dims !== 1 && dims !== 2)) {
    throw new UserError(
      `a scatter takes points of shape [n, 2] or [n, 1], got ${formatShape(options.points.shape)}: ` +
        "choose two coordinates, or use principalAxes(codes).points",
    );
  }
  const all: PointClass[] =
    options.labels === undefined
      ? [{ name: "", colour: SINGLE_COLOUR, members: Array.from({ length: n }, (_, i) => i) }]
      : classesOf(options.labels, n, options.classNames);
  const finite = locate(options.points, n, dims, all);
  if (finite.length === 0) throw new UserError("there are no points to draw: none of the codes is finite");
  const shown = pickEvenly(finite, requireInteger("maxPoints", options.maxPoints ?? 10_000, 1));
  const size = Math.max(240, options.size ?? 640);
  const plotter = await loadPlot();
  const plot = draw(plotter, shown, all, dims === 1, axisNames(options, dims), size);
  const notes = [
    options.caption,
    options.explained === undefined
      ? undefined
      : `Seen along the first two principal axes, which hold ${percent(options.explained[0])} and ` +
        `${percent(options.explained[1])} of the codes' variance.`,
    shown.length < finite.length
      ? `${formatNumber(shown.length)} of ${formatNumber(finite.length)} points, picked at random.`
      : undefined,
    finite.length < n
      ? `Not drawn: ${formatNumber(n - finite.length)} codes that are not finite.`
      : undefined,
  ];
  return composeChart({
    width: plot.width,
    title: options.title,
    legend:
      options.labels === undefined || dims === 1
        ? []
        : all.map(({ name, colour }) => ({ label: name, colour, mark: "dot" as const })),
    panels: [{ ...plot, x: 0, y: 0 }],
    caption: notes.filter(Boolean).join(" "),
    ariaLabel:
      `${options.title ?? "Latent codes"}: ${formatNumber(shown.length)} points` +
      (options.labels === undefined ? "." : ` in ${all.length} classes.`),
  });
}

function axisNames(options: ScatterOptions, dims: number): readonly [string, string] {
  if (options.axisLabels !== undefined) return options.axisLabels;
  if (dims === 1) return ["z", ""];
  return options.explained === undefined ? ["z₁", "z₂"] : ["first principal axis", "second principal axis"];
}

function locate(points: Tensor, n: number, dims: number, classes: readonly PointClass[]): Dot[] {
  const group = new Int32Array(n);
  classes.forEach(({ members }, g) => members.forEach((i) => (group[i] = g)));
  const out: Dot[] = [];
  for (let i = 0; i < n; i++) {
    const x = Number(points.data[i * dims]);
    const g = group[i] ?? 0;
    // One row for each class from the top, the points of a row spread out by a fixed pattern.
    const y = dims === 2 ? Number(points.data[i * dims + 1]) : -g + (scramble(i) / 2 ** 32 - 0.5) * 0.7;
    if (Number.isFinite(x) && Number.isFinite(y)) out.push({ x, y, group: g });
  }
  return out;
}

function draw(
  plotter: Plotter,
  dots: readonly Dot[],
  classes: readonly PointClass[],
  strip: boolean,
  [nameX, nameY]: readonly [string, string],
  size: number,
): Fragment {
  const { Plot } = plotter;
  const [xs, ys] = [dots.map((dot) => dot.x), dots.map((dot) => dot.y)];
  const span = Math.max(2, extent(xs), strip ? 0 : extent(ys)) * 1.06;
  const domainX = around(xs, span);
  const domainY: [number, number] = strip ? [0.5 - classes.length, 0.5] : around(ys, span);
  const ticksX = niceTicks(...domainX, 8);
  const ticksY: Ticks = strip
    ? {
        values: classes.map((_, g) => -g + 0),
        format: (y) => fitText(classes[-y]?.name ?? "", 160, FONT_SIZE),
      }
    : niceTicks(...domainY, 8);
  const tickWidth = Math.max(...ticksY.values.map((y) => textWidth(ticksY.format(y), FONT_SIZE)));
  const marginLeft = Math.ceil(tickWidth) + (nameY === "" ? 12 : 34);
  const inner = size - marginLeft - MARGIN.right;
  const innerHeight = strip
    ? Math.max(18 * classes.length, Math.min(inner, 60 + 44 * classes.length))
    : inner;
  const height = innerHeight + MARGIN.top + MARGIN.bottom;
  const axes = plotter.draw({
    width: size,
    height,
    marginLeft,
    marginRight: MARGIN.right,
    marginTop: MARGIN.top,
    marginBottom: MARGIN.bottom,
    x: { domain: domainX },
    y: { domain: domainY },
    marks: [
      Plot.gridX(ticksX.values, { strokeOpacity: 0.1 }),
      Plot.gridY(ticksY.values, { strokeOpacity: 0.1 }),
      Plot.axisX(ticksX.values, { ...AXIS, tickFormat: ticksX.format, label: nameX, labelOffset: 42 }),
      Plot.axisY(ticksY.values, {
        ...AXIS,
        tickFormat: ticksY.format,
        label: nameY === "" ? null : nameY,
        labelOffset: marginLeft - 4,
      }),
    ],
  });
  const placed = dots.map(({ x, y, group }) => ({
    x: marginLeft + ((x - domainX[0]) / (domainX[1] - domainX[0])) * inner,
    y: MARGIN.top + ((domainY[1] - y) / (domainY[1] - domainY[0])) * innerHeight,
    group,
  }));
  const names = strip ? "" : dotNames(placed, classes);
  return { ...axes, svg: axes.svg + dotPaths(placed, classes) + names };
}

function extent(values: readonly number[]): number {
  return maximum(values) - minimum(values);
}

/** An interval of length `span` around the middle of the values. */
function around(values: readonly number[], span: number): [number, number] {
  const middle = (minimum(values) + maximum(values)) / 2;
  return [middle - span / 2, middle + span / 2];
}

function percent(share: number): string {
  const text = (share * 100).toFixed(1);
  return `${share > 0 && text === "0.0" ? "under 0.1" : text}%`;
}
