import { composeChart, FONT_SIZE, type Placed, text } from "../../plot/chart.js";
import { fitText, formatNumber } from "../../plot/text.js";
import {
  type CategoryColumn,
  extent,
  isCategory,
  MISSING_LABEL,
  type NumberColumn,
  present,
  type TypedColumn,
} from "../table/columns.js";
import type { ColumnScore } from "../table/resemblance.js";
import { REAL, SYNTHETIC } from "./colours.js";

const WIDTH = 920;
const GAP = 32;
const COLUMNS = 3;
const PANEL = Math.floor((WIDTH - (COLUMNS - 1) * GAP) / COLUMNS);
const HEAD = 40;
const PLOT = 132;
const FOOT = 24;
const BINS = 24;
const MOST_BARS = 6;
/** Tables with more columns show those with the lowest scores. */
const MOST_PANELS = 60;

function bar(x: number, y: number, width: number, height: number, colour: string): string {
  return `<rect x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${Math.max(0, width).toFixed(1)}" height="${Math.max(0, height).toFixed(1)}" fill="${colour}"/>`;
}

function day(value: number): string {
  return new Date(value * 86_400_000).toISOString().slice(0, 10);
}

function shares(values: Float64Array, low: number, high: number): Float64Array {
  const out = new Float64Array(BINS);
  for (const value of values) {
    const place = high > low ? Math.floor(((value - low) / (high - low)) * BINS) : 0;
    const bin = Math.min(BINS - 1, Math.max(0, place));
    out[bin] = (out[bin] ?? 0) + 1 / values.length;
  }
  return out;
}

function numberPanel(column: NumberColumn): string {
  const [real, made] = [present(column.train), present(column.synthetic)];
  const finite = [...extent(real), ...extent(made)].filter(Number.isFinite);
  if (finite.length === 0) return text("all missing", 0, HEAD + 20, 'text-anchor="start" fill-opacity="0.7"');
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const [a, b] = [shares(real, low, high), shares(made, low, high)];
  const most = Math.max(...a, ...b, 1e-9);
  const width = PANEL / BINS;
  const top = (share: number): number => HEAD + PLOT * (1 - share / most);
  const bars = Array.from(a, (share, i) =>
    bar(i * width, top(share), width - 1, HEAD + PLOT - top(share), REAL),
  );
  const line = Array.from(
    b,
    (share, i) =>
      `${i === 0 ? "M" : "L"}${(i * width).toFixed(1)},${top(share).toFixed(1)}h${width.toFixed(1)}`,
  );
  const name = column.kind === "date" ? day : formatNumber;
  return (
    bars.join("") +
    `<path d="${line.join("")}" fill="none" stroke="${SYNTHETIC}" stroke-width="2"/>` +
    axisLine() +
    text(name(low), 0, HEAD + PLOT + 17, 'text-anchor="start" fill-opacity="0.75"') +
    text(name(high), PANEL, HEAD + PLOT + 17, 'text-anchor="end" fill-opacity="0.75"')
  );
}

function axisLine(): string {
  return `<path d="M0,${HEAD + PLOT}.5h${PANEL}" stroke="currentColor" stroke-opacity="0.35"/>`;
}

interface Bar {
  readonly label: string;
  readonly real: number;
  readonly synthetic: number;
}

/** The most frequent categories, and all others as one. */
function barsOf({ labels, train, synthetic }: CategoryColumn): Bar[] {
  const count = (codes: Int32Array): Float64Array => {
    const out = new Float64Array(labels.length);
    for (const code of codes) out[code] = (out[code] ?? 0) + 1 / codes.length;
    return out;
  };
  const [a, b] = [count(train), count(synthetic)];
  const all = labels
    .map((label, i) => ({
      label: i === MISSING_LABEL ? "(missing)" : label,
      real: a[i] ?? 0,
      synthetic: b[i] ?? 0,
    }))
    .filter(({ real, synthetic: made }) => real + made > 0)
    .sort((x, y) => y.real - x.real || y.synthetic - x.synthetic);
  if (all.length <= MOST_BARS) return all;
  const rest = all.slice(MOST_BARS - 1);
  const sum = (pick: (each: Bar) => number): number => rest.reduce((total, each) => total + pick(each), 0);
  return [
    ...all.slice(0, MOST_BARS - 1),
    {
      label: `${rest.length} others`,
      real: sum((each) => each.real),
      synthetic: sum((each) => each.synthetic),
    },
  ];
}

function categoryPanel(column: CategoryColumn): string {
  const bars = barsOf(column);
  const most = Math.max(...bars.flatMap(({ real, synthetic }) => [real, synthetic]), 1e-9);
  const left = 112;
  const step = (PLOT + FOOT) / MOST_BARS;
  const length = (share: number): number => ((PANEL - left) * share) / most;
  return bars
    .map(({ label, real, synthetic }, i) => {
      const y = HEAD + i * step;
      return (
        text(
          fitText(label, left - 10, FONT_SIZE),
          left - 8,
          y + step / 2 + 3,
          'text-anchor="end" fill-opacity="0.85"',
        ) +
        bar(left, y + 3, length(real), step / 2 - 4, REAL) +
        bar(left, y + step / 2, length(synthetic), step / 2 - 4, SYNTHETIC)
      );
    })
    .join("");
}

function panel(column: TypedColumn, { shape, missing }: ColumnScore): string {
  const lost = missing >= 0.005 ? `, missing differs by ${(100 * missing).toFixed(1)} %` : "";
  return (
    text(
      fitText(column.name, PANEL / 1.13, 14),
      0,
      12,
      'font-size="14" font-weight="600" text-anchor="start"',
    ) +
    text(`shape ${shape.toFixed(3)}${lost}`, 0, 30, 'fill-opacity="0.7" text-anchor="start"') +
    (isCategory(column) ? categoryPanel(column) : numberPanel(column))
  );
}

/** Each column of both tables: histograms of numbers and dates, bars of categories; the worst first, as an SVG document. */
export function columnPanels(columns: readonly TypedColumn[], scores: readonly ColumnScore[]): string {
  const scored = columns.flatMap((column, i) => {
    const score = scores[i];
    return score === undefined ? [] : [{ column, score }];
  });
  const shown = scored.sort((a, b) => a.score.shape - b.score.shape).slice(0, MOST_PANELS);
  const height = HEAD + PLOT + FOOT;
  const panels = shown.map(({ column, score }, i): Placed => {
    const [x, y] = [(i % COLUMNS) * (PANEL + GAP), Math.floor(i / COLUMNS) * (height + GAP)];
    return { svg: panel(column, score), width: PANEL, height, x, y };
  });
  const rest = scored.length - shown.length;
  return composeChart({
    width: WIDTH,
    legend: [
      { label: "real", colour: REAL, mark: "dot" },
      { label: "synthetic", colour: SYNTHETIC, mark: "dot" },
    ],
    panels,
    ...(rest > 0 && { caption: `${rest} columns with higher scores are not drawn.` }),
    ariaLabel: `Columns of both tables, the least alike first: ${shown
      .slice(0, 5)
      .map(({ column, score }) => `${column.name} ${score.shape.toFixed(3)}`)
      .join(", ")}.`,
  });
}
