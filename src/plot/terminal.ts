import { be, type ChecksOf, requireArgument, requireOptions } from "../tensor/index.js";
import { aRaster } from "./arguments.js";
import { requireInteger } from "./pixels.js";
import type { Raster } from "./raster.js";

/** What a terminal can show: 24-bit colour, the 256-colour palette, its 24 greys, or characters only. */
export type TerminalColour = "truecolor" | "256" | "grey" | "none";

/** Options of {@link halfBlocks}. */
export interface HalfBlockOptions {
  /** Default `"truecolor"`; `"none"` draws with characters of growing density and emits no escape codes. */
  readonly colour?: TerminalColour;
  /** A wider picture is shrunk, by averaging, to this many columns; default 80. */
  readonly maxColumns?: number;
}

const halfBlockChecks = {
  colour: be.oneOf(["truecolor", "256", "grey", "none"] satisfies TerminalColour[]),
  maxColumns: be.whole(1),
} as const satisfies ChecksOf<HalfBlockOptions>;

type Rgb = readonly [number, number, number];

/** From empty to dense; on a dark terminal, denser is brighter. */
const RAMP = " .:-=+*#%@";
const RESET = "\x1b[0m";

/**
 * A raster as lines of text, one character for two pixels, one above the other: in colour with upper half
 * blocks, otherwise with a ramp of characters. Lines are joined by `\n`, without one at the end. Transparent
 * pixels are shown on black.
 */
export function halfBlocks(raster: Raster, options: HalfBlockOptions = {}): string {
  requireArgument("halfBlocks", "the raster", raster, aRaster);
  requireOptions("halfBlocks", options, halfBlockChecks);
  const { colour = "truecolor" } = options;
  const maxColumns = requireInteger("maxColumns", options.maxColumns ?? 80, 1);
  const columns = Math.min(maxColumns, raster.width);
  const rows = Math.max(1, Math.round((raster.height * columns) / raster.width));
  const pixels = shrink(raster, columns, rows);
  const lines: string[] = [];
  for (let y = 0; y < rows; y += 2) {
    const top = pixels.slice(y * columns, (y + 1) * columns);
    const bottom = y + 1 < rows ? pixels.slice((y + 1) * columns, (y + 2) * columns) : undefined;
    lines.push(colour === "none" ? densityLine(top, bottom) : colourLine(top, bottom, colour));
  }
  return lines.join("\n");
}

function densityLine(top: readonly Rgb[], bottom: readonly Rgb[] | undefined): string {
  const characters = top.map((pixel, x) => {
    const level = (luminance(pixel) + luminance(bottom?.[x] ?? [0, 0, 0])) / 510;
    return RAMP[Math.round(level * (RAMP.length - 1))] ?? " ";
  });
  return characters.join("").trimEnd();
}

function colourLine(
  top: readonly Rgb[],
  bottom: readonly Rgb[] | undefined,
  colour: "truecolor" | "256" | "grey",
): string {
  let line = "";
  let last = "";
  top.forEach((pixel, x) => {
    const under = bottom?.[x];
    // A picture of odd height leaves the terminal's own background under its last row.
    const codes = `38;${code(pixel, colour)}${under === undefined ? "" : `;48;${code(under, colour)}`}`;
    if (codes !== last) line += `\x1b[${codes}m`;
    last = codes;
    line += "▀";
  });
  return line + RESET;
}

function code(pixel: Rgb, colour: "truecolor" | "256" | "grey"): string {
  if (colour === "truecolor") return `2;${pixel.map(Math.round).join(";")}`;
  return `5;${colour === "grey" ? greyIndex(luminance(pixel)) : paletteIndex(pixel)}`;
}

/** Black, the palette's 24 greys (8, 18, ... 238) or white, whichever is nearest. */
function greyIndex(level: number): number {
  if (level < 4) return 16;
  if (level > 246) return 231;
  return 232 + Math.min(23, Math.max(0, Math.round((level - 8) / 10)));
}

/** The palette's grey for a grey pixel, otherwise the nearest corner of its 6 x 6 x 6 cube. */
function paletteIndex(pixel: Rgb): number {
  const [r, g, b] = pixel;
  if (Math.max(r, g, b) - Math.min(r, g, b) < 8) return greyIndex(luminance(pixel));
  const step = (level: number): number => (level < 48 ? 0 : level < 115 ? 1 : Math.round((level - 55) / 40));
  return 16 + 36 * step(r) + 6 * step(g) + step(b);
}

function luminance([r, g, b]: Rgb): number {
  return 0.299 * r + 0.587 * g + 0.114 * b;
}

/** The picture at `columns` x `rows` pixels, every one the mean of the area that it covers. */
function shrink(raster: Raster, columns: number, rows: number): Rgb[] {
  const out: Rgb[] = [];
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      out.push(
        mean(
          raster,
          (x * raster.width) / columns,
          ((x + 1) * raster.width) / columns,
          (y * raster.height) / rows,
          ((y + 1) * raster.height) / rows,
        ),
      );
    }
  }
  return out;
}

function mean(raster: Raster, left: number, right: number, top: number, bottom: number): Rgb {
  let [r, g, b, total] = [0, 0, 0, 0];
  for (let y = Math.floor(top); y < Math.min(raster.height, Math.ceil(bottom)); y++) {
    const high = Math.min(bottom, y + 1) - Math.max(top, y);
    for (let x = Math.floor(left); x < Math.min(raster.width, Math.ceil(right)); x++) {
      const weight = high * (Math.min(right, x + 1) - Math.max(left, x));
      const [pr, pg, pb] = pixelAt(raster, x, y);
      r += weight * pr;
      g += weight * pg;
      b += weight * pb;
      total += weight;
    }
  }
  return [r / total, g / total, b / total];
}

function pixelAt({ data, width, channels }: Raster, x: number, y: number): Rgb {
  const at = (y * width + x) * channels;
  const first = data[at] ?? 0;
  if (channels === 1) return [first, first, first];
  const alpha = channels === 4 ? (data[at + 3] ?? 255) / 255 : 1;
  return [first * alpha, (data[at + 1] ?? 0) * alpha, (data[at + 2] ?? 0) * alpha];
}
