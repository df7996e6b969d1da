import { type Tensor, UserError } from "../tensor/index.js";
import { requireFinite, requireInteger } from "./pixels.js";
import { blank, fillRect, type Raster } from "./raster.js";

/** Viridis (matplotlib, CC0) at nine equal steps, dark to bright: even in lightness, safe for colour-blind eyes. */
const VIRIDIS: readonly (readonly [number, number, number])[] = [
  [68, 1, 84],
  [71, 44, 122],
  [59, 81, 139],
  [44, 113, 142],
  [33, 144, 141],
  [39, 173, 129],
  [92, 200, 99],
  [170, 220, 50],
  [253, 231, 37],
];

const SCALE_NOTE = "colours run from each feature's own minimum (dark) to its maximum (bright)";

/** Red, green and blue at `t` in 0..1 (clamped) of the scale from dark violet to bright yellow. */
export function viridis(t: number): readonly [number, number, number] {
  const at = Math.min(1, Math.max(0, t)) * (VIRIDIS.length - 1);
  const i = Math.min(VIRIDIS.length - 2, Math.floor(at));
  const low = VIRIDIS[i] ?? [0, 0, 0];
  const high = VIRIDIS[i + 1] ?? low;
  const mix = (c: 0 | 1 | 2): number => Math.round(low[c] + (high[c] - low[c]) * (at - i));
  return [mix(0), mix(1), mix(2)];
}

/**
 * Rows of a table `[n, d]` as coloured cells: one example a row, one feature a column, each column on its own
 * scale. `scale` is the width of a cell in pixels. The raster's `note` says that these are no images.
 */
export function heatTable(table: Tensor, features: number, scale?: number): Raster {
  requireFinite(table);
  return draw([table], features, rangesOf(table, features), scale, [
    `Not image data (${features} features an example): one example a row, one feature a column`,
  ]);
}

/** Two tables side by side on the colour scale of the first: originals left, reconstructions right. */
export function heatPairs(
  originals: Tensor,
  reconstructions: Tensor,
  features: number,
  scale?: number,
): Raster {
  requireFinite(originals);
  requireFinite(reconstructions);
  return draw([originals, reconstructions], features, rangesOf(originals, features), scale, [
    `Not image data (${features} features an example): one example a row, one feature a column`,
    "originals left, reconstructions right",
  ]);
}

function rangesOf(table: Tensor, features: number): { low: number; high: number }[] {
  const ranges = Array.from({ length: features }, () => ({ low: Infinity, high: -Infinity }));
  table.data.forEach((value: number | bigint, i: number) => {
    const range = ranges[i % features];
    if (range === undefined) return;
    range.low = Math.min(range.low, Number(value));
    range.high = Math.max(range.high, Number(value));
  });
  return ranges;
}

function draw(
  tables: readonly Tensor[],
  features: number,
  ranges: readonly { low: number; high: number }[],
  scale: number | undefined,
  notes: readonly string[],
): Raster {
  const rows = tables[0]?.shape[0] ?? 0;
  if (rows === 0) throw new UserError("there are no examples to draw: the table holds 0 rows");
  const room = Math.floor(640 / tables.length);
  const cell = requireInteger("scale", scale ?? Math.min(24, Math.max(1, Math.floor(room / features))), 1);
  const rowHeight = Math.max(1, Math.min(12, cell));
  const gap = 12;
  const width = tables.length * (features * cell + gap) - gap;
  const out = blank(width, rows * rowHeight, 3, 255);
  tables.forEach((table, t) => {
    table.data.forEach((value: number | bigint, i: number) => {
      const { low, high } = ranges[i % features] ?? { low: 0, high: 1 };
      const level = high > low ? (Number(value) - low) / (high - low) : 0.5;
      const x = t * (features * cell + gap) + (i % features) * cell;
      fillRect(out, x, Math.floor(i / features) * rowHeight, cell, rowHeight, viridis(level));
    });
  });
  return { ...out, note: `${[...notes, SCALE_NOTE].join("; ")}.` };
}
