import { be, type ChecksOf, requireArgument, requireOptions, UserError } from "../tensor/index.js";
import { aText } from "./arguments.js";
import { composeChart, FONT_SIZE, loadPlot, type Placed, type Plotter, text } from "./chart.js";
import { categoricalColours } from "./palette.js";

/** A curve from (0, .) to (1, .), and the area under it. */
export interface PlottedCurve {
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  readonly area: number;
}

/** A score's curves under its name. */
export interface DetectionSeries {
  readonly name: string;
  readonly roc: PlottedCurve;
  readonly precisionRecall: PlottedCurve;
}

/** Options of {@link detectionChart}. */
export interface DetectionChartOptions {
  readonly title?: string;
  readonly caption?: string;
  /** The series that is drawn thicker; default none. */
  readonly emphasis?: string;
}

const checks = {
  title: aText,
  caption: aText,
  emphasis: aText,
} as const satisfies ChecksOf<DetectionChartOptions>;

const someSeries = be.list(
  be.having(
    ["name", "roc", "precisionRecall"],
    "{ name, roc, precisionRecall }, as detection(...) gives them",
  ),
  1,
  "[{ name, roc, precisionRecall }]",
);

const side = 380;
const panelGap = 36;
/** More points of a curve can't be told apart. */
const mostPoints = 600;
const axis = {
  fontSize: FONT_SIZE,
  strokeOpacity: 0.5,
  fillOpacity: 0.75,
  labelArrow: "none",
  labelAnchor: "center",
} as const;

function pointsOf({ x, y }: PlottedCurve): { x: number; y: number }[] {
  const all = Array.from({ length: x.length }, (_, i) => ({ x: x[i] ?? 0, y: y[i] ?? 0 }));
  const step = Math.ceil(all.length / mostPoints);
  return all.filter((_, i) => i % step === 0 || i === all.length - 1);
}

function panel(
  { Plot, draw }: Plotter,
  series: readonly DetectionSeries[],
  key: "roc" | "precisionRecall",
  names: { title: string; x: string; y: string },
  emphasis: string | undefined,
): Omit<Placed, "x" | "y"> {
  const colours = categoricalColours(series.length);
  const fragment = draw({
    width: side,
    height: side,
    marginTop: 36,
    marginRight: 12,
    marginBottom: 46,
    marginLeft: 52,
    x: { domain: [0, 1] },
    y: { domain: [0, 1] },
    marks: [
      Plot.gridX({ strokeOpacity: 0.1 }),
      Plot.gridY({ strokeOpacity: 0.1 }),
      Plot.axisX({ ...axis, ticks: 5, tickSize: 4, label: names.x, labelOffset: 38 }),
      Plot.axisY({ ...axis, ticks: 5, tickSize: 0, label: names.y, labelOffset: 46 }),
      ...(key === "roc"
        ? [
            Plot.line(
              [
                { x: 0, y: 0 },
                { x: 1, y: 1 },
              ],
              { x: "x", y: "y", strokeOpacity: 0.35, strokeDasharray: "4 4" },
            ),
          ]
        : []),
      ...series.map((one, i) =>
        Plot.line(pointsOf(one[key]), {
          x: "x",
          y: "y",
          stroke: colours[i] ?? "#888888",
          strokeWidth: one.name === emphasis ? 3 : 1.5,
        }),
      ),
    ],
  });
  const heading = text(names.title, 0, 13, 'font-size="14" font-weight="600" text-anchor="start"');
  return { ...fragment, svg: heading + fragment.svg };
}

/**
 * ROC and precision-recall curves of some scores side by side, as an SVG document; the legend tells the areas under them.
 * Throws a UserError if there are none.
 */
export async function detectionChart(
  series: readonly DetectionSeries[],
  options: DetectionChartOptions = {},
): Promise<string> {
  requireArgument("detectionChart", "the series", series, someSeries);
  requireOptions("detectionChart", options, checks);
  const { title, caption, emphasis } = options;
  if (series.some(({ roc, precisionRecall }) => !hasPoints(roc) || !hasPoints(precisionRecall))) {
    throw new UserError("detectionChart: each series has curves { x, y, area } of one point or more", 2);
  }
  const plotter = await loadPlot();
  const roc = { title: "ROC", x: "false positive rate", y: "true positive rate" };
  const recall = { title: "Precision and recall", x: "recall", y: "precision" };
  const colours = categoricalColours(series.length);
  const areas = series.map(({ roc: a, precisionRecall: b }) =>
    [a.area, b.area].map((area) => area.toFixed(3)),
  );
  return composeChart({
    width: 2 * side + panelGap,
    title,
    caption: [caption, "In the legend: the areas under the ROC and under the precision-recall curve."]
      .filter(Boolean)
      .join(" "),
    legend: series.map(({ name }, i) => ({
      label: `${name} ${areas[i]?.join(" / ")}`,
      colour: colours[i] ?? "#888888",
      mark: "line" as const,
    })),
    panels: [
      { ...panel(plotter, series, "roc", roc, emphasis), x: 0, y: 0 },
      { ...panel(plotter, series, "precisionRecall", recall, emphasis), x: side + panelGap, y: 0 },
    ],
    ariaLabel: `ROC and precision-recall curves. ${series.map(({ name }, i) => `${name}: area ${areas[i]?.join(" and ")}`).join("; ")}.`,
  });
}

function hasPoints(curve: Partial<PlottedCurve> | undefined): boolean {
  const { x, y, area } = curve ?? {};
  return (x?.length ?? 0) > 0 && x?.length === y?.length && typeof area === "number";
}
