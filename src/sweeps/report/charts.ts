import { composeChart, FONT_SIZE, loadPlot } from "../../plot/chart.js";
import { formatNumber, textWidth } from "../../plot/text.js";
import { maximum, minimum, niceTicks, padded } from "../../plot/ticks.js";
import type { Importance } from "./importance.js";
import type { Measured } from "./parallel.js";

const BLUE = "#1453be";
const GREY = "#9aa5b5";
const AXIS = { fontSize: FONT_SIZE, strokeOpacity: 0.5, fillOpacity: 0.75 };

/** What a sweep's chart says around its panel. */
export interface ChartText {
  readonly metric: string;
  /** 1 if less is better, -1 if more is. */
  readonly sign: 1 | -1;
  readonly title: string;
  readonly caption: string;
}

/** How the best value came about, trial after trial, as an SVG document: a dot for each, a line for the best so far. */
export async function bestHistory(
  trials: readonly Measured[],
  { metric, sign, title, caption }: ChartText,
): Promise<string> {
  const width = 720;
  let best: number | undefined;
  const steps = [...trials]
    .sort((a, b) => a.number - b.number)
    .flatMap((trial) => {
      if (!trial.complete) return [];
      best = best === undefined || sign * trial.value < sign * best ? trial.value : best;
      return [{ x: trial.number, y: best }];
    });
  const all = trials.map(({ number, value, complete }) => ({ x: number, y: value, complete }));
  const values = all.map(({ y }) => y);
  const domain = padded(minimum(values), maximum(values), 0.06);
  const ticks = niceTicks(...domain, 6);
  const last = { x: maximum(all.map(({ x }) => x)), y: steps.at(-1)?.y ?? 0 };
  const { Plot, draw } = await loadPlot();
  const panel = draw({
    width,
    height: 300,
    marginTop: 12,
    marginRight: 24,
    marginBottom: 44,
    marginLeft: Math.ceil(maximum(ticks.values.map((y) => textWidth(ticks.format(y), FONT_SIZE)))) + 12,
    x: { domain: [0, Math.max(1, last.x)] },
    y: { domain },
    marks: [
      Plot.gridY(ticks.values, { strokeOpacity: 0.14 }),
      Plot.axisY(ticks.values, { ...AXIS, tickFormat: ticks.format, tickSize: 0, label: null }),
      Plot.axisX({
        ...AXIS,
        ticks: Math.min(10, last.x + 1),
        tickFormat: "d",
        tickSize: 4,
        label: "trial",
        labelAnchor: "center",
        labelArrow: "none",
        labelOffset: 40,
      }),
      Plot.dot(
        all.filter(({ complete }) => !complete),
        { x: "x", y: "y", stroke: GREY, r: 3 },
      ),
      Plot.dot(
        all.filter(({ complete }) => complete),
        { x: "x", y: "y", fill: GREY, r: 3.5 },
      ),
      Plot.line(steps.length === 0 ? [] : [...steps, last], {
        x: "x",
        y: "y",
        stroke: BLUE,
        strokeWidth: 2.25,
        curve: "step-after",
      }),
    ],
  });
  return composeChart({
    width,
    title,
    legend: [
      { label: "best so far", colour: BLUE, mark: "line" },
      { label: "a trial", colour: GREY, mark: "dot" },
    ],
    panels: [{ ...panel, x: 0, y: 0 }],
    caption,
    ariaLabel: `${metric} of ${trials.length} trials in their order${best === undefined ? "" : `; the best is ${formatNumber(best)}`}.`,
  });
}

/** The importance of settings as bars, the most important first, as an SVG document. */
export async function importanceBars(
  found: readonly Importance[],
  title: string,
  caption: string,
): Promise<string> {
  const width = 720;
  const sorted = [...found].sort((a, b) => b.total - a.total);
  const { Plot, draw } = await loadPlot();
  const names = sorted.map(({ name }) => name);
  const panel = draw({
    width,
    height: 34 * sorted.length + 16,
    marginTop: 4,
    marginRight: 60,
    marginBottom: 12,
    marginLeft: Math.min(280, Math.ceil(Math.max(...names.map((name) => textWidth(name, FONT_SIZE)))) + 14),
    x: { domain: [0, Math.max(1, ...sorted.map(({ total }) => total))], axis: null },
    y: { type: "band", domain: names, padding: 0.3 },
    marks: [
      Plot.axisY({ ...AXIS, fillOpacity: 1, tickSize: 0, label: null }),
      Plot.barX(sorted, { x: "total", y: "name", fill: BLUE }),
      Plot.text(sorted, {
        x: "total",
        y: "name",
        text: ({ total }: Importance) => `${Math.round(100 * total)} %`,
        dx: 6,
        textAnchor: "start",
        fontSize: FONT_SIZE,
      }),
    ],
  });
  const [first] = sorted;
  return composeChart({
    width,
    title,
    panels: [{ ...panel, x: 0, y: 0 }],
    caption,
    ariaLabel: `Importance of ${sorted.length} settings; the most important is ${first?.name ?? "none"}.`,
  });
}
