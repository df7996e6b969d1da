import { UserError } from "../tensor/index.js";
import { composeChart, FONT_SIZE, loadPlot } from "./chart.js";
import { textWidth } from "./text.js";
import { maximum, minimum, niceTicks, padded } from "./ticks.js";

/** One update of a learning-rate range test. */
export interface RangePoint {
  readonly lr: number;
  readonly loss: number;
  readonly smoothed: number;
}

/** Options of {@link rateRange}. */
export interface RateRangeOptions {
  readonly title?: string;
  readonly caption?: string;
  /** A learning rate to mark. */
  readonly suggestion?: number | undefined;
  /** Of the loss; default `"nats per example"`. */
  readonly unit?: string;
  /** Width of the panel in pixels, at least 300; default 640. */
  readonly width?: number;
}

const HEIGHT = 340;
const RAW = "#8d97a6";
const SMOOTH = "#3b76e0";
const MARK = "#d9603b";
const superscripts: Readonly<Record<string, string>> = { "-": "⁻" };

/** `10⁻³` for -3. */
function powerOfTen(exponent: number): string {
  const digits = [...String(exponent)].map(
    (digit) => superscripts[digit] ?? "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)] ?? digit,
  );
  return `10${digits.join("")}`;
}

/**
 * The loss against the learning rate, on a logarithmic axis, as an SVG document: each update's in grey, the smoothed one in
 * blue, the suggestion marked. What lies far above where the test began is cut off. Throws a {@link UserError} if there are
 * fewer than two points, or learning rates that are not above 0.
 */
export async function rateRange(
  points: readonly RangePoint[],
  options: RateRangeOptions = {},
): Promise<string> {
  if (points.length < 2 || !points.every(({ lr }) => lr > 0)) {
    throw new UserError("a range test is drawn of two points or more, with learning rates above 0");
  }
  const { suggestion, unit = "nats per example" } = options;
  const width = Math.max(300, options.width ?? 640);
  const [low, first] = [minimum(points.map((point) => point.smoothed)), points[0]?.smoothed ?? 0];
  const top = first + 0.25 * Math.max(first - low, Math.abs(first) * 0.02);
  const shown = points.filter(({ loss }) => loss <= top);
  const smooth = points.filter(({ smoothed }) => smoothed <= top);
  const rates = points.map(({ lr }) => lr);
  const domainX: [number, number] = [minimum(rates), maximum(rates)];
  const least = minimum(shown.map(({ loss }) => loss));
  const domainY = padded(Math.min(low, least), top, 0.03);
  const ticksY = niceTicks(...domainY, 6);
  const exponents: number[] = [];
  for (let e = Math.ceil(Math.log10(domainX[0]) - 1e-9); e <= Math.log10(domainX[1]) + 1e-9; e++)
    exponents.push(e);
  const axis = { fontSize: FONT_SIZE, strokeOpacity: 0.5, fillOpacity: 0.75 };
  const { Plot, draw } = await loadPlot();
  const panel = draw({
    width,
    height: HEIGHT,
    marginTop: 24,
    marginRight: 16,
    marginBottom: 44,
    marginLeft: Math.ceil(maximum(ticksY.values.map((y) => textWidth(ticksY.format(y), FONT_SIZE)))) + 12,
    x: { type: "log", domain: domainX },
    y: { domain: domainY },
    marks: [
      Plot.gridY(ticksY.values, { strokeOpacity: 0.14 }),
      Plot.axisY(ticksY.values, { ...axis, tickFormat: ticksY.format, tickSize: 0, label: null }),
      Plot.axisX(
        exponents.map((e) => 10 ** e),
        {
          ...axis,
          tickFormat: (value: number) => powerOfTen(Math.round(Math.log10(value))),
          tickSize: 4,
          label: "learning rate",
          labelAnchor: "center",
          labelArrow: "none",
          labelOffset: 40,
        },
      ),
      Plot.dot(shown, { x: "lr", y: "loss", fill: RAW, r: 1.75, fillOpacity: 0.7 }),
      Plot.line(smooth, { x: "lr", y: "smoothed", stroke: SMOOTH, strokeWidth: 2.25 }),
      ...(suggestion === undefined
        ? []
        : [
            Plot.ruleX([suggestion], { stroke: MARK, strokeWidth: 1.5, strokeDasharray: "5 4" }),
            Plot.text([suggestion], {
              x: (value: number) => value,
              frameAnchor: "top",
              dy: -16,
              text: () => rateText(suggestion),
              fontSize: FONT_SIZE,
              fontWeight: 600,
              fill: MARK,
            }),
          ]),
    ],
  });
  return composeChart({
    width,
    title: options.title,
    legend: [
      { label: "each update", colour: RAW, mark: "dot" },
      { label: "smoothed", colour: SMOOTH, mark: "line" },
      ...(suggestion === undefined ? [] : [{ label: "falls fastest", colour: MARK, mark: "line" as const }]),
    ],
    panels: [{ ...panel, x: 0, y: 0 }],
    caption: [options.caption, `Loss in ${unit}.`].filter(Boolean).join(" "),
    ariaLabel: `Loss against the learning rate from ${rateText(domainX[0])} to ${rateText(domainX[1])}${
      suggestion === undefined ? "" : `; it falls fastest at ${rateText(suggestion)}`
    }.`,
  });
}

/** A learning rate with two digits: `0.0021`, `2.1e-5`. */
export function rateText(lr: number): string {
  const rounded = Number(lr.toPrecision(2));
  return rounded >= 1e-4 ? String(rounded) : rounded.toExponential();
}
