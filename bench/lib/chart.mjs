import { higherIsBetter, labelOf } from "./markdown.mjs";
import { short } from "./stats.mjs";

const colours = {
  latent: "#3b76e0",
  "torch-best": "#d9772b",
  "torch-unkept": "#dfa06b",
  torch: "#e8b48a",
  "torch-workers": "#b35c1e",
  jax: "#5aa469",
  "tfjs-wasm": "#8d97a6",
  "tfjs-cpu": "#c3c9d2",
};

const row = 18;
const left = 250;
const width = 560;
const right = 130;

const escape = (text) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

/** Bars on a logarithmic scale, grouped by case, with the quartiles as a line; undefined if there is nothing to draw. */
export function chart({ title, unit, results }, machine) {
  const drawn = results.filter(({ error, median }) => error === undefined && median > 0);
  if (drawn.length === 0) return undefined;
  const values = drawn.flatMap(({ median, q1, q3 }) => [median, q1 ?? median, q3 ?? median]);
  const low = 10 ** Math.floor(Math.log10(Math.min(...values) * 0.8));
  const high = Math.max(...values) * 1.1;
  const x = (value) => left + (width * Math.log(value / low)) / Math.log(high / low);
  const parts = [];
  let y = 64;
  const ticks = [];
  for (let tick = low; tick <= high; tick *= 10)
    for (const k of [1, 2, 5]) if (k * tick <= high) ticks.push(k * tick);
  for (const name of new Set(drawn.map((result) => result.case))) {
    parts.push(`<text x="16" y="${y + 13}" font-weight="600">${escape(name)}</text>`);
    for (const result of drawn.filter((one) => one.case === name)) {
      const { median, q1 = median, q3 = median, competitor, disturbed } = result;
      const fill = colours[competitor] ?? "#999999";
      parts.push(
        `<text x="${left - 8}" y="${y + 13}" text-anchor="end">${escape(labelOf(competitor))}</text>`,
        `<rect x="${left}" y="${y + 2}" width="${Math.max(1, x(median) - left).toFixed(1)}" height="${row - 4}" fill="${fill}" opacity="${disturbed ? 0.5 : 1}"/>`,
        `<line x1="${x(q1).toFixed(1)}" x2="${x(q3).toFixed(1)}" y1="${y + row / 2}" y2="${y + row / 2}" stroke="#1f2937" stroke-width="1.5"/>`,
        `<text x="${(Math.max(x(median), x(q3)) + 6).toFixed(1)}" y="${y + 13}">${disturbed ? "~" : ""}${short(median)}</text>`,
      );
      y += row;
    }
    y += 8;
  }
  const grid = ticks.map(
    (tick) =>
      `<line x1="${x(tick).toFixed(1)}" x2="${x(tick).toFixed(1)}" y1="56" y2="${y}" stroke="#d5d9e0"/>` +
      `<text x="${x(tick).toFixed(1)}" y="${y + 16}" text-anchor="middle" fill="#5b6472">${short(tick).replace(/\.0+$/, "")}</text>`,
  );
  const direction = higherIsBetter(unit) ? "longer is better" : "shorter is better";
  const foot = `${machine.date}, ${machine.cpu}, ${machine.cores} cores; faint bars: measured while other programs were busy`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${left + width + right} ${y + 52}" font-family="system-ui, sans-serif" font-size="12" fill="#1f2937">`,
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    `<text x="16" y="24" font-size="16" font-weight="600">${escape(title)}</text>`,
    `<text x="16" y="44">${escape(unit)}, logarithmic; ${direction}</text>`,
    ...grid,
    ...parts,
    `<text x="16" y="${y + 40}" fill="#5b6472">${escape(foot)}</text>`,
    "</svg>",
    "",
  ].join("\n");
}
