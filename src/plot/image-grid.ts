import { aColour, anExampleShape, aTensor, labels, twoNumbers, twoTexts } from "./arguments.js";
import {
  be,
  type ChecksOf,
  requireArgument,
  requireOptions,
  type Tensor,
  UserError,
} from "../tensor/index.js";
import { bitmapTextWidth, drawBitmapText, fitBitmapText, GLYPH_HEIGHT } from "./bitmap-font.js";
import { heatPairs, heatTable } from "./heat-table.js";
import {
  countExamples,
  type ExampleShape,
  type GreyRange,
  layoutOf,
  requireInteger,
  toBytes,
} from "./pixels.js";
import { blank, channelsOn, type Colour, contrasting, drawTile, isGrey, type Raster } from "./raster.js";

/** Options of {@link imageGrid}. */
export interface GridOptions {
  /** Shape of one example: `[h, w]`, `[h, w, 1]`, `[h, w, 3]` (RGB), `[h, w, 4]` (RGBA, drawn on white), or `[d]` for a table. */
  readonly shape: ExampleShape;
  /** The numbers that are drawn black and white; default 0 and 1, for bytes 0 and 255. */
  readonly range?: GreyRange;
  /** Images a row; default: as many as make the grid about square. */
  readonly columns?: number;
  /** Screen pixels a pixel; default: as many as bring an image to about 56 pixels, at least 1. */
  readonly scale?: number;
  /** Pixels between images and around the grid; default 2. */
  readonly gap?: number;
  /** Colour of the gaps; default 24, nearly black. */
  readonly background?: Colour;
  /** One line of ASCII text under each image, cut to its width; default none. */
  readonly labels?: readonly (string | number)[];
}

/** Options of {@link originalsBesideReconstructions}. */
export interface ComparisonOptions extends Omit<GridOptions, "labels"> {
  /** What the two rows are called in the margin, or `false` for no margin; default `["original", "reconstruction"]`. */
  readonly rowLabels?: readonly [string, string] | false;
}

const pictureChecks = {
  shape: anExampleShape,
  range: twoNumbers,
  columns: be.whole(1),
  scale: be.whole(1),
  gap: be.whole(0),
  background: aColour,
} as const;

const gridChecks = { ...pictureChecks, labels } as const satisfies ChecksOf<GridOptions>;

const comparisonChecks = {
  ...pictureChecks,
  rowLabels: {
    expected: `${twoTexts.expected}, or false`,
    ok: (value: unknown) => value === false || twoTexts.ok(value),
  },
} as const satisfies ChecksOf<ComparisonOptions>;

const DEFAULT_BACKGROUND = 24;
const TEXT_GAP = 3;

/**
 * Images in rows, the first one top left. `images` is `[n, ...]` with the values of one example of
 * `options.shape` in the rest (flat rows `[n, 784]` are fine), float in 0..1 or uint8; others take `range`.
 * A table (shape `[d]`, or other channels than 1, 3 and 4) is drawn as a heat map instead, one example a row, and the raster's `note` says so.
 *
 * Throws a {@link UserError} for NaN or infinite values, for no images, and for shapes that don't fit.
 */
export function imageGrid(images: Tensor, options: GridOptions): Raster {
  requireArgument("imageGrid", "images", images, aTensor);
  requireOptions("imageGrid", options, gridChecks);
  const layout = layoutOf(options.shape);
  const n = countExamples(images, options.shape);
  if (layout.kind === "table") return heatTable(images, layout.features, options.scale);
  const data = toBytes(images, options.range);
  const { height, width, channels } = layout;
  const background = options.background ?? DEFAULT_BACKGROUND;
  const scale = scaleFor(options.scale, height, width);
  const gap = requireInteger("gap", options.gap ?? 2, 0);
  const columns = Math.min(n, requireInteger("columns", options.columns ?? Math.ceil(Math.sqrt(n)), 1));
  const rows = Math.ceil(n / columns);
  const { labels: texts } = options;
  if (texts !== undefined && texts.length !== n) {
    throw new UserError(`there are ${n} images but ${texts.length} labels: give one label an image`);
  }
  const textScale = Math.max(1, Math.floor((width * scale) / 80));
  const footer = texts === undefined ? 0 : GLYPH_HEIGHT * textScale + 2 * TEXT_GAP;
  const stepX = width * scale + gap;
  const stepY = height * scale + footer + gap;
  const out = blank(
    gap + columns * stepX,
    gap + rows * stepY,
    isGrey(background) ? channelsOn(channels) : 3,
    background,
  );
  const ink = contrasting(background);
  for (let i = 0; i < n; i++) {
    const x = gap + (i % columns) * stepX;
    const y = gap + Math.floor(i / columns) * stepY;
    drawTile(out, { data, offset: i * height * width * channels, width, height, channels }, x, y, scale);
    if (texts === undefined) continue;
    const text = fitBitmapText(String(texts[i]), width * scale, textScale);
    const indent = Math.floor((width * scale - bitmapTextWidth(text, textScale)) / 2);
    drawBitmapText(out, text, x + indent, y + height * scale + TEXT_GAP, ink, textScale);
  }
  return out;
}

/**
 * Originals with their reconstructions: a row of originals, directly under it the row of what the model made
 * of them, and so on. Both tensors are as in {@link imageGrid} and hold equally many examples; `columns`
 * defaults to at most 16. Tables (shape `[d]`) are drawn as two heat maps side by side on one colour scale.
 *
 * Throws a {@link UserError} as {@link imageGrid} does, and when the two counts differ.
 */
export function originalsBesideReconstructions(
  originals: Tensor,
  reconstructions: Tensor,
  options: ComparisonOptions,
): Raster {
  const where = "originalsBesideReconstructions";
  requireArgument(where, "originals", originals, aTensor);
  requireArgument(where, "reconstructions", reconstructions, aTensor);
  requireOptions(where, options, comparisonChecks);
  const layout = layoutOf(options.shape);
  const n = countExamples(originals, options.shape);
  const m = countExamples(reconstructions, options.shape);
  if (n !== m)
    throw new UserError(`there are ${n} originals but ${m} reconstructions: give one of each a pair`);
  if (layout.kind === "table") return heatPairs(originals, reconstructions, layout.features, options.scale);
  const above = toBytes(originals, options.range);
  const below = toBytes(reconstructions, options.range);
  const { height, width, channels } = layout;
  const background = options.background ?? DEFAULT_BACKGROUND;
  const scale = scaleFor(options.scale, height, width);
  const gap = requireInteger("gap", options.gap ?? 2, 0);
  const columns = Math.min(n, requireInteger("columns", options.columns ?? 16, 1));
  const bands = Math.ceil(n / columns);
  const rowLabels =
    options.rowLabels === undefined ? (["original", "reconstruction"] as const) : options.rowLabels;
  const textScale = Math.max(1, Math.floor((height * scale) / 80));
  const margin =
    rowLabels === false
      ? 0
      : Math.max(...rowLabels.map((text) => bitmapTextWidth(text, textScale))) + 8 * textScale;
  const stepX = width * scale + gap;
  const stepRow = height * scale + gap;
  const between = 4 * gap;
  const stepBand = 2 * stepRow + between;
  const out = blank(
    margin + gap + columns * stepX,
    gap + bands * stepBand - between,
    isGrey(background) ? channelsOn(channels) : 3,
    background,
  );
  for (let i = 0; i < n; i++) {
    const x = margin + gap + (i % columns) * stepX;
    const y = gap + Math.floor(i / columns) * stepBand;
    const offset = i * height * width * channels;
    drawTile(out, { data: above, offset, width, height, channels }, x, y, scale);
    drawTile(out, { data: below, offset, width, height, channels }, x, y + stepRow, scale);
  }
  if (rowLabels !== false) {
    const ink = contrasting(background);
    const indent = Math.floor((height * scale - GLYPH_HEIGHT * textScale) / 2);
    for (let row = 0; row < 2 * bands; row++) {
      const text = rowLabels[row % 2] ?? "";
      const x = margin - 4 * textScale - bitmapTextWidth(text, textScale);
      const y = gap + Math.floor(row / 2) * stepBand + (row % 2) * stepRow + indent;
      drawBitmapText(out, text, x, y, ink, textScale);
    }
  }
  return out;
}

function scaleFor(scale: number | undefined, height: number, width: number): number {
  if (scale !== undefined) return requireInteger("scale", scale, 1);
  return Math.max(1, Math.round(56 / Math.max(height, width)));
}
