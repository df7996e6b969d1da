import type * as PlotModule from "@observablehq/plot";
import { packageInPage } from "../tensor/index.js";
import { escapeMarkup, fitText, textWidth, wrapText } from "./text.js";

/** Font size of ticks, legends and captions, in pixels of the drawing. */
export const FONT_SIZE = 13;
const TITLE_SIZE = 17;
const LINE = 18;
const PAD = 20;

const FONTS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";

/**
 * Charts carry both themes: these attributes are the light one, the rules the dark one, which applies in a
 * browser whose user prefers it - as a file, as an `<img>` and inlined. Rasterising uses the light one.
 */
const INK = "#1f2937";
export const PAPER = "#ffffff";
const DARK_RULES =
  "@media (prefers-color-scheme:dark){.latent-chart{color:#e5e7eb}.latent-paper{fill:#17191e}" +
  ".latent-halo{stroke:#17191e}}";

/** One entry of a legend. */
export interface LegendItem {
  readonly label: string;
  readonly colour: string;
  readonly mark: "line" | "dot";
}

/** A piece of SVG of a known size. */
export interface Fragment {
  readonly svg: string;
  readonly width: number;
  readonly height: number;
}

/** A fragment and where its top left corner goes, below title and legend. */
export interface Placed extends Fragment {
  readonly x: number;
  readonly y: number;
}

/** What surrounds the panels of a chart. */
export interface ChartFrame {
  /** Width of the panels together; padding is added around them. */
  readonly width: number;
  readonly title?: string | undefined;
  readonly legend?: readonly LegendItem[];
  readonly panels: readonly Placed[];
  readonly caption?: string | undefined;
  /** What a reader hears who cannot see the chart. */
  readonly ariaLabel: string;
}

/** Observable Plot, and a function that turns its options into a fragment. */
export interface Plotter {
  readonly Plot: typeof PlotModule;
  readonly draw: (options: PlotModule.PlotOptions & { width: number; height: number }) => Fragment;
}

/** Loads Observable Plot on the first call, with the page's document or, outside a browser, one in memory. */
export async function loadPlot(): Promise<Plotter> {
  const Plot = await packageInPage("@observablehq/plot", "a chart", import("@observablehq/plot"));
  const document: unknown =
    (globalThis as { document?: unknown }).document ?? memoryDocument(await import("linkedom"));
  return {
    Plot,
    draw(options) {
      const withDocument = { ...options, document } as PlotModule.PlotOptions;
      const drawn = Plot.plot(withDocument) as { innerHTML: string };
      return {
        svg: drawn.innerHTML.replace(/<style>[^<]*<\/style>/, ""),
        width: options.width,
        height: options.height,
      };
    },
  };
}

/** linkedom's own types want the DOM's, which a library for Node does not load. */
function memoryDocument(linkedom: object): unknown {
  const { parseHTML } = linkedom as { parseHTML: (html: string) => { document: unknown } };
  return parseHTML("<!doctype html><html><body></body></html>").document;
}

/** A complete SVG document: title, legend, panels and caption from top to bottom. */
export function composeChart(frame: ChartFrame): string {
  const width = frame.width + 2 * PAD;
  const parts: string[] = [];
  let y = PAD;
  if (frame.title !== undefined && frame.title !== "") {
    // Bold letters are about an eighth wider.
    const title = fitText(frame.title, frame.width / 1.13, TITLE_SIZE);
    parts.push(text(title, PAD, y + TITLE_SIZE * 0.8, `font-size="${TITLE_SIZE}" font-weight="600"`));
    y += TITLE_SIZE + 12;
  }
  const rows = legendRows(frame.legend ?? [], frame.width);
  for (const row of rows) {
    for (const { x, item } of row) parts.push(legendItem(item, PAD + x, y + LINE / 2));
    y += LINE + 2;
  }
  if (rows.length > 0) y += 8;
  for (const panel of frame.panels) {
    parts.push(
      `<g transform="translate(${PAD + panel.x},${y + panel.y})" text-anchor="middle">${panel.svg}</g>`,
    );
  }
  y += Math.max(0, ...frame.panels.map((panel) => panel.y + panel.height));
  const lines = wrapText(frame.caption ?? "", frame.width, FONT_SIZE);
  if (lines.length > 0) y += 10;
  for (const line of lines) {
    parts.push(text(line, PAD, y + FONT_SIZE * 0.8, 'fill-opacity="0.7"'));
    y += LINE;
  }
  const height = Math.ceil(y + PAD - (lines.length > 0 ? LINE - FONT_SIZE : 0));
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" class="latent-chart" ` +
    `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" ` +
    `aria-label="${escapeMarkup(frame.ariaLabel)}" color="${INK}" fill="currentColor" ` +
    `font-family="${FONTS}" font-size="${FONT_SIZE}"><style>${DARK_RULES}</style>` +
    `<rect class="latent-paper" width="${width}" height="${height}" fill="${PAPER}"/>${parts.join("")}</svg>\n`
  );
}

/** A line of text at its baseline; `attributes` go into the element as they are. */
export function text(content: string, x: number, y: number, attributes = ""): string {
  return `<text x="${round(x)}" y="${round(y)}" ${attributes}>${escapeMarkup(content)}</text>`;
}

/** A coordinate without digits that nobody can see. */
export function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** Entries in one row at their own widths or, if they take several rows, in columns of equal width. */
function legendRows(items: readonly LegendItem[], width: number): { x: number; item: LegendItem }[][] {
  const gap = 18;
  const fitted = items.map((item) => ({
    ...item,
    label: fitText(item.label, Math.min(220, width - 60), FONT_SIZE),
  }));
  const widths = fitted.map((item) => swatchWidth(item) + 7 + textWidth(item.label, FONT_SIZE) + gap);
  const oneRow = widths.reduce((sum, w) => sum + w, 0) - gap <= width;
  const cell = Math.max(...widths);
  const columns = oneRow ? items.length : Math.max(1, Math.floor((width + gap) / cell));
  const rows: { x: number; item: LegendItem }[][] = [];
  let x = 0;
  fitted.forEach((item, i) => {
    if (i % columns === 0) {
      rows.push([]);
      x = 0;
    }
    rows.at(-1)?.push({ x, item });
    x += oneRow ? (widths[i] ?? 0) : cell;
  });
  return rows;
}

function swatchWidth(item: LegendItem): number {
  return item.mark === "line" ? 22 : 10;
}

function legendItem(item: LegendItem, x: number, middle: number): string {
  const swatch =
    item.mark === "line"
      ? `<path d="M${round(x)},${middle}h22" stroke="${item.colour}" stroke-width="2.5" stroke-linecap="round"/>`
      : `<circle cx="${round(x + 5)}" cy="${middle}" r="5" fill="${item.colour}"/>`;
  return swatch + text(item.label, x + swatchWidth(item) + 7, middle + FONT_SIZE * 0.35);
}
