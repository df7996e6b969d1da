import { composeChart, FONT_SIZE, type LegendItem, loadPlot } from "../../plot/chart.js";
import { textWidth } from "../../plot/text.js";
import { maximum, niceTicks } from "../../plot/ticks.js";
import type { DetectionCurves } from "../table/detection.js";
import type { RecordDistances } from "../table/privacy.js";
import { AXIS, REAL, SECOND, SYNTHETIC } from "./colours.js";

interface Point {
  readonly x: number;
  readonly y: number;
}

interface Line {
  readonly label: string;
  readonly colour: string;
  readonly points: readonly Point[];
  readonly dashed?: boolean;
}

interface LineChart {
  readonly lines: readonly Line[];
  readonly x: string;
  readonly y: string;
  readonly most: Point;
  readonly steps?: boolean;
  readonly ariaLabel: string;
}

const WIDTH = 640;
const HEIGHT = 360;

async function lineChart({ lines, x, y, most, steps = false, ariaLabel }: LineChart): Promise<string> {
  const { Plot, draw } = await loadPlot();
  const [ticksX, ticksY] = [niceTicks(0, most.x, 6), niceTicks(0, most.y, 5)];
  const label = { labelAnchor: "center", labelArrow: "none" } as const;
  const panel = draw({
    width: WIDTH,
    height: HEIGHT,
    marginTop: 26,
    marginRight: 20,
    marginBottom: 46,
    marginLeft: Math.ceil(maximum(ticksY.values.map((v) => textWidth(ticksY.format(v), FONT_SIZE)))) + 12,
    x: { domain: [0, most.x] },
    y: { domain: [0, most.y] },
    marks: [
      Plot.gridY(ticksY.values, { strokeOpacity: 0.14 }),
      Plot.axisY(ticksY.values, { ...AXIS, tickFormat: ticksY.format, tickSize: 0, label: null }),
      Plot.axisX(ticksX.values, {
        ...AXIS,
        ...label,
        tickFormat: ticksX.format,
        tickSize: 4,
        label: x,
        labelOffset: 42,
      }),
      Plot.text([y], {
        frameAnchor: "top-left",
        dy: -20,
        text: (t: string) => t,
        textAnchor: "start",
        ...AXIS,
      }),
      ...lines.map(({ points, colour, dashed }) =>
        Plot.line(points, {
          x: "x",
          y: "y",
          stroke: colour,
          strokeWidth: 2.25,
          ...(steps && { curve: "step" as const }),
          ...(dashed && { strokeDasharray: "5 5" }),
        }),
      ),
    ],
  });
  const legend = lines.map(({ label: own, colour }): LegendItem => ({ label: own, colour, mark: "line" }));
  return composeChart({ width: WIDTH, legend, panels: [{ ...panel, x: 0, y: 0 }], ariaLabel });
}

/** The ROC curves of both classifiers that tell synthetic from real rows, as an SVG document. */
export function rocChart(
  curves: DetectionCurves,
  auc: { boosting: number; logistic: number },
): Promise<string> {
  const points = (of: "boosting" | "logistic"): Point[] =>
    curves[of].map(({ falsePositives, truePositives }) => ({ x: falsePositives, y: truePositives }));
  return lineChart({
    lines: [
      { label: `boosted trees, ${auc.boosting.toFixed(3)}`, colour: SYNTHETIC, points: points("boosting") },
      {
        label: `logistic regression, ${auc.logistic.toFixed(3)}`,
        colour: SECOND,
        points: points("logistic"),
      },
      {
        label: "guessing, 0.5",
        colour: REAL,
        points: [
          { x: 0, y: 0 },
          { x: 1, y: 1 },
        ],
        dashed: true,
      },
    ],
    x: "real rows taken for synthetic",
    y: "synthetic rows found",
    most: { x: 1, y: 1 },
    ariaLabel: `ROC curves of detection: area ${auc.boosting.toFixed(3)} with boosted trees, ${auc.logistic.toFixed(3)} with logistic regression.`,
  });
}

const BINS = 40;

function histogram(values: Float64Array, most: number): Point[] {
  const shares = new Float64Array(BINS);
  for (const value of values) {
    const bin = Math.min(BINS - 1, Math.floor((value / most) * BINS));
    shares[bin] = (shares[bin] ?? 0) + 1 / values.length;
  }
  return Array.from(shares, (share, i) => ({ x: ((i + 0.5) * most) / BINS, y: share }));
}

/** Distances to the closest training record, of synthetic rows beside held-out real ones, as an SVG document. */
export function distanceChart({ synthetic, test }: RecordDistances): Promise<string> {
  const at = (sorted: Float64Array): number => sorted[Math.floor(0.995 * (sorted.length - 1))] ?? 0;
  const most = Math.max(at(synthetic), at(test), 1e-6);
  const lines = [
    ...(test.length === 0
      ? []
      : [{ label: "held-out real rows: the yardstick", colour: REAL, points: histogram(test, most) }]),
    { label: "synthetic rows", colour: SYNTHETIC, points: histogram(synthetic, most) },
  ];
  return lineChart({
    lines,
    x: "distance to the closest training row",
    y: "share of rows",
    most: { x: most, y: 1.05 * maximum(lines.flatMap(({ points }) => points.map(({ y }) => y))) },
    steps: true,
    ariaLabel: "Distances to the closest training row, of synthetic and of held-out real rows.",
  });
}
