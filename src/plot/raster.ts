import { UserError } from "../tensor/index.js";

/**
 * A picture in memory: 8 bits a sample, rows from the top, samples of a pixel side by side.
 * `channels`: 1 grey, 3 RGB, 4 RGBA. `data` holds `height * width * channels` bytes.
 */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3 | 4;
  readonly data: Uint8Array;
  /** What a caption must say for the picture to be read rightly, if anything. */
  readonly note?: string;
}

/** A colour: one grey level, or red, green and blue; each 0..255. */
export type Colour = number | readonly [number, number, number];

/** More pixels than this are refused: such a picture is a mistake, and would take hundreds of megabytes. */
const MAX_PIXELS = 100_000_000;

/** True if the colour has no hue, so that one channel can show it. */
export function isGrey(colour: Colour): boolean {
  return typeof colour === "number" || (colour[0] === colour[1] && colour[1] === colour[2]);
}

/** Red, green and blue of a colour. */
export function rgbOf(colour: Colour): readonly [number, number, number] {
  return typeof colour === "number" ? [colour, colour, colour] : colour;
}

/** Black or white, whichever is easier to read on `background`. */
export function contrasting(background: Colour): Colour {
  const [r, g, b] = rgbOf(background);
  return 0.299 * r + 0.587 * g + 0.114 * b > 140 ? 32 : 235;
}

/** A raster of one colour. Throws a {@link UserError} if it would be absurdly large. */
export function blank(width: number, height: number, channels: 1 | 3, colour: Colour): Raster {
  for (const level of rgbOf(colour)) {
    if (!(level >= 0 && level <= 255)) throw new UserError(`a colour's levels are 0..255, got ${level}`);
  }
  if (width * height > MAX_PIXELS) {
    throw new UserError(
      `the picture would be ${width} x ${height} pixels; draw fewer images or choose a smaller scale`,
    );
  }
  const data = new Uint8Array(width * height * channels);
  const raster: Raster = { width, height, channels, data };
  if (isGrey(colour)) data.fill(rgbOf(colour)[0]);
  else fillRect(raster, 0, 0, width, height, colour);
  return raster;
}

/** Fills a rectangle, clipped at the raster's edges. */
export function fillRect(
  into: Raster,
  x: number,
  y: number,
  width: number,
  height: number,
  colour: Colour,
): void {
  const [r, g, b] = rgbOf(colour);
  const { channels, data } = into;
  const right = Math.min(into.width, x + width);
  const bottom = Math.min(into.height, y + height);
  for (let py = Math.max(0, y); py < bottom; py++) {
    for (let px = Math.max(0, x); px < right; px++) {
      const at = (py * into.width + px) * channels;
      data[at] = r;
      if (channels > 1) {
        data[at + 1] = g;
        data[at + 2] = b;
      }
    }
  }
}

/** Pixels of one tile to draw: `channels` samples a pixel, starting at `offset` of `data`. */
export interface Tile {
  readonly data: Uint8Array;
  readonly offset: number;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3 | 4;
}

/** Channels of a raster on which tiles of so many are drawn: transparent ones are put on white. */
export function channelsOn(channels: Tile["channels"]): 1 | 3 {
  return channels === 1 ? 1 : 3;
}

/** Draws a tile with its top left corner at (x, y), every pixel as a square of `scale` pixels; RGBA on white. */
export function drawTile(into: Raster, tile: Tile, x: number, y: number, scale: number): void {
  const rowBytes = tile.width * scale * into.channels;
  for (let ty = 0; ty < tile.height; ty++) {
    const start = ((y + ty * scale) * into.width + x) * into.channels;
    let at = start;
    for (let tx = 0; tx < tile.width; tx++) {
      const from = tile.offset + (ty * tile.width + tx) * tile.channels;
      const alpha = tile.channels === 4 ? (tile.data[from + 3] ?? 255) / 255 : 1;
      for (let s = 0; s < scale; s++) {
        for (let c = 0; c < into.channels; c++) {
          const level = tile.data[tile.channels === 1 ? from : from + c] ?? 0;
          into.data[at++] = Math.round(level * alpha + 255 * (1 - alpha));
        }
      }
    }
    for (let s = 1; s < scale; s++) {
      into.data.copyWithin(start + s * into.width * into.channels, start, start + rowBytes);
    }
  }
}
