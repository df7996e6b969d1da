import { composeChart, FONT_SIZE, text } from "../../plot/chart.js";
import { viridis } from "../../plot/heat-table.js";
import { fitText } from "../../plot/text.js";
import type { PairScore } from "../table/pairs.js";
import type { ColumnScore } from "../table/resemblance.js";

const WIDTH = 920;
const NAMES = 150;
const SCALE = 14;
/** More columns are not told apart: the ones in the worst pairs are shown. */
const MOST = 60;

function cell(x: number, y: number, size: number, t: number): string {
  const gap = size > 12 ? 1 : 0;
  return `<rect x="${x}" y="${y}" width="${size - gap}" height="${size - gap}" fill="rgb(${viridis(t).join(",")})"/>`;
}

function chosenNames(columns: readonly ColumnScore[], pairs: readonly PairScore[]): string[] {
  const names = columns.map(({ name }) => name);
  if (names.length <= MOST) return names;
  const worst = new Set<string>();
  for (const { a, b } of [...pairs].sort((x, y) => x.score - y.score)) {
    if (worst.size >= MOST - 1) break;
    worst.add(a).add(b);
  }
  return names.filter((name) => worst.has(name));
}

function legend(low: number, y: number): string {
  const steps = Array.from(
    { length: 60 },
    (_, i) =>
      `<rect x="${NAMES + i * 4}" y="${y}" width="4.5" height="${SCALE}" fill="rgb(${viridis(i / 59).join(",")})"/>`,
  );
  return (
    steps.join("") +
    text(low.toFixed(2), NAMES - 8, y + SCALE - 2, 'text-anchor="end" fill-opacity="0.75"') +
    text("1, alike", NAMES + 250, y + SCALE - 2, 'text-anchor="start" fill-opacity="0.75"')
  );
}

/** The scores of all pairs as coloured cells, those of single columns on the diagonal, as an SVG document. */
export function pairMap(columns: readonly ColumnScore[], pairs: readonly PairScore[]): string {
  const names = chosenNames(columns, pairs);
  const place = new Map(names.map((name, i) => [name, i]));
  const size = Math.max(8, Math.min(40, Math.floor((WIDTH - NAMES) / names.length)));
  const scores = [
    ...pairs.map(({ a, b, score }) => ({ a, b, score })),
    ...columns.map(({ name, shape }) => ({ a: name, b: name, score: shape })),
  ];
  const low = Math.min(0.9, Math.floor(10 * Math.min(...scores.map(({ score }) => score))) / 10);
  const top = 34;
  let svg = legend(low, 0);
  for (const { a, b, score } of scores) {
    const [i, j] = [place.get(a), place.get(b)];
    if (i === undefined || j === undefined) continue;
    const t = (score - low) / (1 - low);
    svg += cell(NAMES + i * size, top + j * size, size, t);
    if (i !== j) svg += cell(NAMES + j * size, top + i * size, size, t);
    if (size < 30) continue;
    const ink = `font-size="10" fill="${t > 0.55 ? "#1f2937" : "#ffffff"}"`;
    svg += text(
      score.toFixed(2).replace(/^0/, ""),
      NAMES + i * size + size / 2 - 0.5,
      top + j * size + size / 2 + 3,
      ink,
    );
    if (i !== j)
      svg += text(
        score.toFixed(2).replace(/^0/, ""),
        NAMES + j * size + size / 2 - 0.5,
        top + i * size + size / 2 + 3,
        ink,
      );
  }
  const bottom = top + names.length * size;
  const font = Math.min(FONT_SIZE, Math.max(7, size));
  names.forEach((name, i) => {
    const short = fitText(name, NAMES - 14, font);
    const middle = top + (i + 0.5) * size + font * 0.35;
    svg += text(short, NAMES - 8, middle, `text-anchor="end" font-size="${font}"`);
    const x = NAMES + (i + 0.5) * size + font * 0.35;
    svg += `<g transform="translate(${x},${bottom + 8}) rotate(-90)">${text(short, 0, 0, `text-anchor="end" font-size="${font}"`)}</g>`;
  });
  const rest = columns.length - names.length;
  const width = Math.max(480, NAMES + names.length * size);
  return composeChart({
    width,
    panels: [{ svg, width, height: bottom + NAMES, x: 0, y: 0 }],
    ...(rest > 0 && { caption: `${rest} columns that are in none of the worst pairs are not drawn.` }),
    ariaLabel: `Scores of ${pairs.length} pairs of columns as colours, from ${low.toFixed(2)} to 1.`,
  });
}
