import { aText } from "./arguments.js";
import { be, type ChecksOf, requireArgument, requireOptions, UserError } from "../tensor/index.js";
import { base64 } from "./base64.js";
import { REPORT_STYLE } from "./report-style.js";
import { escapeMarkup, formatNumber } from "./text.js";

/** A headline figure: `{ label: "Negative ELBO", value: 147.4, unit: "nats per image" }`. */
export interface ReportFigure {
  readonly label: string;
  readonly value: number | string;
  readonly unit?: string;
}

/** A table; columns whose cells are all numbers, or empty, are set flush right. */
export interface ReportTable {
  readonly title: string;
  /** A sentence or two below it. */
  readonly caption?: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (number | string | null)[])[];
  /** Places of further columns to set flush right, such as numbers that are texts. */
  readonly right?: readonly number[];
}

/** A picture: an SVG document or the bytes of a PNG file. */
export type ReportPicture = {
  readonly title: string;
  readonly caption?: string;
  /** For readers who cannot see it; default: the SVG's own `aria-label`, or the title. */
  readonly alt?: string;
} & ({ readonly svg: string; readonly png?: never } | { readonly png: Uint8Array; readonly svg?: never });

/** Values to list under dotted names; nested objects are flattened. */
export type ReportFacts = Readonly<Record<string, unknown>>;

/** What {@link reportHtml} shows, from top to bottom; empty parts are left out. */
export interface Report {
  readonly title: string;
  readonly subtitle?: string;
  readonly figures?: readonly ReportFigure[];
  /** What the reader must know first, such as posterior collapse and what to change. */
  readonly warnings?: readonly string[];
  /** Tables to show before the pictures, such as generated rows. */
  readonly examples?: readonly ReportTable[];
  readonly pictures?: readonly ReportPicture[];
  readonly tables?: readonly ReportTable[];
  readonly config?: ReportFacts;
  readonly environment?: ReportFacts;
  readonly footer?: string;
}

const tables = be.list(be.having(["title", "columns", "rows"], "a table"), 0, "[{ title, columns, rows }]");
const figures = be.list(be.having(["label", "value"], "a figure"), 0, "[{ label, value }]");
const pictures = be.list(be.having(["title"], "a picture"), 0, "[{ title, svg }]");
const facts = be.having([], "an object of values by name");

const reportChecks = {
  title: aText,
  subtitle: aText,
  figures,
  warnings: be.list(aText, 0, '["..."]'),
  examples: tables,
  pictures,
  tables,
  config: facts,
  environment: facts,
  footer: aText,
} as const satisfies ChecksOf<Report>;

/** Longer tables are folded away until somebody opens them. */
const OPEN_ROWS = 20;
/** Pictures wider than this many pixels stay large on a phone, and scroll. */
const WIDE = 800;

/**
 * One HTML page that needs nothing else: styles inside, pictures as data URIs, no scripts, no network. It
 * follows the reader's light or dark theme and any width of screen. All text is escaped, and SVGs are shown as
 * images, so nothing in them can run. The same report gives the same bytes.
 *
 * Throws a {@link UserError} if the bytes of a picture are no PNG or its text is no SVG.
 */
export function reportHtml(report: Report): string {
  requireOptions("reportHtml", report, reportChecks);
  requireArgument("reportHtml", "title", report.title, aText);
  const { figures = [], warnings = [], examples = [], pictures = [], tables = [] } = report;
  const body = [
    `<header><h1>${escapeMarkup(report.title)}</h1>`,
    report.subtitle === undefined ? "" : `<p class="subtitle">${escapeMarkup(report.subtitle)}</p>`,
    "</header>",
    figures.length === 0 ? "" : `<dl class="figures">${figures.map(figureHtml).join("\n")}</dl>`,
    warnings.length === 0 ? "" : warningsHtml(warnings),
    ...examples.map(tableHtml),
    pictures.length === 0
      ? ""
      : `<section><h2>Pictures</h2>\n${pictures.map(pictureHtml).join("\n")}</section>`,
    ...tables.map(tableHtml),
    factsHtml("Configuration", report.config),
    factsHtml("Environment", report.environment),
    report.footer === undefined ? "" : `<footer>${escapeMarkup(report.footer)}</footer>`,
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>${escapeMarkup(report.title)}</title>
<style>${REPORT_STYLE}</style>
</head>
<body>
<main>
${body.filter((part) => part !== "").join("\n")}
</main>
</body>
</html>
`;
}

function figureHtml({ label, value, unit }: ReportFigure): string {
  const suffix = unit === undefined ? "" : `<dd class="unit">${escapeMarkup(unit)}</dd>`;
  return `<div><dt>${escapeMarkup(label)}</dt><dd class="value">${escapeMarkup(show(value))}</dd>${suffix}</div>`;
}

function warningsHtml(warnings: readonly string[]): string {
  const items = warnings.map((warning) => `<li>${escapeMarkup(warning)}</li>`).join("");
  return `<aside class="warnings"><h2>${warnings.length === 1 ? "Warning" : "Warnings"}</h2><ul>${items}</ul></aside>`;
}

function pictureHtml(picture: ReportPicture): string {
  const { title, caption } = picture;
  if (picture.svg === undefined) requireArgument("reportHtml", `png of "${title}"`, picture.png, be.bytes);
  const source = picture.svg === undefined ? pngSource(picture.png, title) : svgSource(picture.svg, title);
  const alt = picture.alt ?? source.alt ?? title;
  const size = source.size === undefined ? "" : ` width="${source.size[0]}" height="${source.size[1]}"`;
  const wide = (source.size?.[0] ?? 0) > WIDE ? " wide" : "";
  const image = `<img class="${source.kind}${wide}" src="${source.uri}"${size} alt="${escapeMarkup(alt)}">`;
  return (
    `<figure><h3>${escapeMarkup(title)}</h3>${scroller(title, image, source.kind === "chart" ? " bleed" : "")}` +
    (caption === undefined || caption === "" ? "" : `<figcaption>${escapeMarkup(caption)}</figcaption>`) +
    "</figure>"
  );
}

interface Source {
  readonly kind: "chart" | "raster";
  readonly uri: string;
  readonly size?: readonly [number, number];
  readonly alt?: string | undefined;
}

function pngSource(png: Uint8Array, title: string): Source {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  if (png.length < 24 || view.getUint32(0) !== 0x89504e47) {
    throw new UserError(`the picture "${title}" is no PNG: its bytes do not start with a PNG's signature`);
  }
  const size = [view.getUint32(16), view.getUint32(20)] as const;
  return { kind: "raster", uri: `data:image/png;base64,${base64(png)}`, size };
}

function svgSource(svg: string, title: string): Source {
  const root = /<svg\b[^>]*>/.exec(svg)?.[0];
  if (root === undefined) throw new UserError(`the picture "${title}" is no SVG: it has no <svg> element`);
  const uri = `data:image/svg+xml;base64,${base64(new TextEncoder().encode(svg))}`;
  const attribute = (name: string): string | undefined => new RegExp(`\\s${name}="([^"]*)"`).exec(root)?.[1];
  const [width, height] = [Number(attribute("width")), Number(attribute("height"))];
  const alt = attribute("aria-label")?.replace(/&(?:amp|lt|gt|quot|#39);/g, unescapeEntity);
  return width > 0 && height > 0
    ? { kind: "chart", uri, alt, size: [width, height] }
    : { kind: "chart", uri, alt };
}

function unescapeEntity(entity: string): string {
  return { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'" }[entity] ?? entity;
}

function tableHtml({ title, caption, columns, rows, right = [] }: ReportTable): string {
  const numeric = columns.map(
    (_, c) => right.includes(c) || rows.every((row) => typeof (row[c] ?? 0) === "number"),
  );
  const tag = (name: "th" | "td", content: string, c: number): string =>
    `<${name}${name === "th" ? ' scope="col"' : ""}${numeric[c] ? ' class="number"' : ""}>${escapeMarkup(content)}</${name}>`;
  const head = columns.map((column, c) => tag("th", column, c)).join("");
  const lines = rows.map(
    (row) => `<tr>${columns.map((_, c) => tag("td", show(row[c] ?? ""), c)).join("")}</tr>`,
  );
  const table = scroller(
    title,
    `<table><thead><tr>${head}</tr></thead>\n<tbody>${lines.join("\n")}</tbody></table>`,
  );
  const folded = `<details><summary>${formatNumber(rows.length)} rows</summary>${table}</details>`;
  const below = caption === undefined ? "" : `<p class="caption">${escapeMarkup(caption)}</p>`;
  return `<section><h2>${escapeMarkup(title)}</h2>${rows.length > OPEN_ROWS ? folded : table}${below}</section>`;
}

/** A box that scrolls sideways, by keyboard too, when the screen is narrower than what is in it. */
function scroller(label: string, content: string, classes = ""): string {
  return `<div class="scroll${classes}" tabindex="0" role="region" aria-label="${escapeMarkup(label)}">${content}</div>`;
}

function factsHtml(title: string, facts: ReportFacts | undefined): string {
  const pairs = flatten(facts ?? {}, "");
  if (pairs.length === 0) return "";
  const item = ([name, value]: readonly [string, string]): string =>
    `<div><dt>${escapeMarkup(name)}</dt><dd>${escapeMarkup(value)}</dd></div>`;
  const half = Math.ceil(pairs.length / 2);
  const lists = pairs.length < 6 ? [pairs] : [pairs.slice(0, half), pairs.slice(half)];
  const html = lists.map((list) => `<dl class="pairs">${list.map(item).join("\n")}</dl>`).join("");
  return `<section><h2>${escapeMarkup(title)}</h2><div class="facts">${html}</div></section>`;
}

function flatten(facts: ReportFacts, prefix: string): (readonly [string, string])[] {
  return Object.entries(facts).flatMap(([key, value]) => {
    const name = prefix === "" ? key : `${prefix}.${key}`;
    if (value === undefined) return [];
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return flatten(value as ReportFacts, name);
    }
    return [[name, factText(value)] as const];
  });
}

/** A measurement, with the digits that matter. */
function show(value: number | string): string {
  return typeof value === "number" ? formatNumber(value) : value;
}

/** A setting, as exactly as it was given. */
function factText(value: unknown): string {
  if (typeof value === "string") return value;
  if (value === null) return "none";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value)) return value.map(factText).join(", ");
  return typeof value === "object" ? JSON.stringify(value) : `${value as number | bigint}`;
}
