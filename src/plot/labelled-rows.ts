import {
  be,
  type ChecksOf,
  requireArgument,
  requireOptions,
  type Tensor,
  UserError,
} from "../tensor/index.js";
import { anExampleShape, aTensor, texts, twoNumbers } from "./arguments.js";
import { bitmapTextWidth, drawBitmapText, fitBitmapText, GLYPH_HEIGHT } from "./bitmap-font.js";
import { heatTable } from "./heat-table.js";
import { countExamples, type ExampleShape, type GreyRange, layoutOf, toBytes } from "./pixels.js";
import { blank, channelsOn, drawTile, type Raster } from "./raster.js";

/** Options of {@link labelledRows}. */
export interface LabelledRowsOptions {
  /** Shape of one example, as `imageGrid` takes it. */
  readonly shape: ExampleShape;
  /** The numbers that are drawn black and white; default 0 and 1, for bytes 0 and 255. */
  readonly range?: GreyRange;
  /** What each row is called, in the margin; as many texts as there are rows. */
  readonly rowLabels: readonly string[];
  /** What each column is called, above it; default nothing. */
  readonly columnLabels?: readonly string[];
  /** Screen pixels a pixel; default: as many as bring an image to about 56 pixels. */
  readonly scale?: number;
}

const checks = {
  shape: anExampleShape,
  range: twoNumbers,
  rowLabels: texts,
  columnLabels: texts,
  scale: be.whole(1),
} as const satisfies ChecksOf<LabelledRowsOptions>;

const paper = 255;
const ink = 32;
const gap = 3;
const pad = 8;

/**
 * Images [rows * columns, ...], row after row, in a table with a name for each row and column. Of examples that are no pictures
 * it is a heat map, one example a row, without names, and the raster's `note` says so. Throws a UserError for values that are
 * not finite, and unless each row has as many images.
 */
export function labelledRows(images: Tensor, options: LabelledRowsOptions): Raster {
  requireArgument("labelledRows", "images", images, aTensor);
  requireOptions("labelledRows", options, checks);
  const { shape, range, rowLabels, columnLabels } = options;
  const layout = layoutOf(shape);
  const n = countExamples(images, shape);
  const rows = rowLabels?.length ?? 0;
  const columns = n / rows;
  if (rows === 0 || !Number.isInteger(columns) || (columnLabels?.length ?? columns) !== columns) {
    throw new UserError(
      `${n} images do not make ${rows} rows${columnLabels ? ` of ${columnLabels.length}` : ""}: give each row a label, ` +
        "and every row as many images",
      2,
    );
  }
  if (layout.kind === "table") return heatTable(images, layout.features);
  const { height, width, channels } = layout;
  const data = toBytes(images, range);
  const scale = options.scale ?? Math.max(1, Math.round(56 / Math.max(height, width)));
  const margin = Math.max(...rowLabels.map((label) => bitmapTextWidth(label))) + 2 * pad;
  const header = columnLabels === undefined ? gap : GLYPH_HEIGHT + 2 * gap;
  const [stepX, stepY] = [width * scale + gap, Math.max(height * scale, GLYPH_HEIGHT) + gap];
  const out = blank(margin + columns * stepX + gap, header + rows * stepY, channelsOn(channels), paper);
  columnLabels?.forEach((label, column) => {
    const text = fitBitmapText(label, width * scale);
    const indent = Math.floor((width * scale - bitmapTextWidth(text)) / 2);
    drawBitmapText(out, text, margin + column * stepX + indent, gap, ink);
  });
  rowLabels.forEach((label, row) => {
    const y = header + row * stepY;
    const x = margin - pad - bitmapTextWidth(label);
    drawBitmapText(out, label, x, y + Math.floor((stepY - gap - GLYPH_HEIGHT) / 2), ink);
    for (let column = 0; column < columns; column++) {
      const offset = (row * columns + column) * height * width * channels;
      drawTile(out, { data, offset, width, height, channels }, margin + column * stepX, y, scale);
    }
  });
  return out;
}
