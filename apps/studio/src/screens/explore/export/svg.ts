import { colourOf } from "../../../lib/ui/colours";
import type { Dot } from "../pad/dots";

const escaped = (text: string): string =>
  text.replace(
    /[&<>"]/g,
    (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign] ?? sign,
  );

export interface MapParts {
  readonly title: string;
  /** A PNG as an address of data, for the ground. */
  readonly ground: string | undefined;
  readonly dots: readonly Dot[];
  readonly classes: readonly string[] | undefined;
  readonly point: { readonly x: number; readonly y: number };
}

const side = 800;

/** A chart as an SVG of its own: ground, dots by label, legend, the chosen point. */
export function mapSvg({ title, ground, dots, classes, point }: MapParts): string {
  const labels = [...new Set(dots.flatMap(({ label }) => label ?? []))].sort((a, b) => a - b).slice(0, 30);
  const circles = dots
    .filter(({ depth }) => depth > -0.1)
    .map(
      ({ x, y, label }) =>
        `<circle cx="${(x * side).toFixed(1)}" cy="${(y * side).toFixed(1)}" r="3.2" fill="${colourOf(label ?? 0, false)}" fill-opacity="0.85"/>`,
    );
  const legend = labels.map(
    (label, i) =>
      `<circle cx="${side + 24}" cy="${30 + 24 * i}" r="6" fill="${colourOf(label, false)}"/><text x="${side + 38}" y="${35 + 24 * i}">${escaped(classes?.[label] ?? String(label))}</text>`,
  );
  const width = side + (labels.length > 0 ? 140 : 0);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${side}" width="${width}" height="${side}" font-family="sans-serif" font-size="15">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${side}" fill="#fff"/>`,
    ...(ground
      ? [
          `<image href="${ground}" width="${side}" height="${side}"${dots.length > 0 ? ' opacity="0.5"' : ""}/>`,
        ]
      : []),
    ...circles,
    `<circle cx="${(point.x * side).toFixed(1)}" cy="${(point.y * side).toFixed(1)}" r="9" fill="#4f46e5" stroke="#fff" stroke-width="3"/>`,
    ...legend,
    "</svg>",
    "",
  ].join("\n");
}
