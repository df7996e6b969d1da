import { aRaster } from "./arguments.js";
import { be, requireArgument, packageInPage, UserError } from "../tensor/index.js";
import type { Raster } from "./raster.js";

/**
 * A raster as the bytes of a PNG file, without loss; the same raster gives the same bytes.
 * Loads its codec on the first call.
 */
export async function encodePng(raster: Raster): Promise<Uint8Array> {
  requireArgument("encodePng", "the raster", raster, aRaster);
  const { width, height, channels, data } = raster;
  if (data.length !== width * height * channels || data.length === 0) {
    throw new UserError(
      `a ${width} x ${height} picture with ${channels} channels takes ${width * height * channels} bytes ` +
        `and at least one, got ${data.length}`,
    );
  }
  const { encode } = await packageInPage("fast-png", "a PNG picture", import("fast-png"));
  return encode({ width, height, channels, depth: 8, data }, { zlib: { level: 9 } });
}

/**
 * The picture in a PNG file: palettes and bit depths below 8 are expanded, 16 bits are rounded to 8,
 * grey with alpha becomes RGBA. Throws a {@link UserError} if the bytes are no readable PNG.
 */
export async function decodePng(bytes: Uint8Array): Promise<Raster> {
  requireArgument("decodePng", "the bytes", bytes, be.bytes);
  const { convertIndexedToRgb, decode } = await packageInPage(
    "fast-png",
    "a PNG picture",
    import("fast-png"),
  );
  requireSize(bytes);
  try {
    const png = decode(bytes, { checkCrc: true });
    const { width, height } = png;
    if (png.palette !== undefined) {
      const channels = png.palette[0]?.length === 4 ? 4 : 3;
      return { width, height, channels, data: Uint8Array.from(convertIndexedToRgb(png)) };
    }
    const samples =
      png.depth < 8
        ? unpack(png.data, width, height, png.depth)
        : png.depth === 16
          ? halve(png.data)
          : png.data;
    const data = Uint8Array.from(samples);
    if (png.channels === 1 || png.channels === 3 || png.channels === 4) {
      return { width, height, channels: png.channels, data };
    }
    return { width, height, channels: 4, data: greyAlphaToRgba(data) };
  } catch (error) {
    throw new UserError(`not a readable PNG: ${error instanceof Error ? error.message : String(error)}`, 1, {
      cause: error,
    });
  }
}

/** Refuses a header that promises more pixels than the file can hold, before memory is reserved for them, or none. */
function requireSize(bytes: Uint8Array): void {
  if (bytes.length < 24) return; // too short for a header, which the decoder says
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  // Deflate shrinks by at most 1032, and a pixel takes at least a bit.
  if (width * height > 0 && width * height <= bytes.length * 1032 * 8) return;
  throw new UserError(
    `not a readable PNG: its header says ${width} x ${height}, and it has ${bytes.length} bytes`,
  );
}

/** Samples of 1, 2 or 4 bits, rows padded to whole bytes, spread to 0..255. */
function unpack(data: ArrayLike<number>, width: number, height: number, depth: number): Uint8Array {
  const out = new Uint8Array(width * height);
  const top = 2 ** depth - 1;
  const stride = Math.ceil((width * depth) / 8);
  for (let i = 0; i < out.length; i++) {
    const bit = (i % width) * depth;
    const byte = data[Math.floor(i / width) * stride + (bit >> 3)] ?? 0;
    out[i] = Math.round((((byte >> (8 - depth - (bit & 7))) & top) * 255) / top);
  }
  return out;
}

function halve(data: ArrayLike<number>): Uint8Array {
  return Uint8Array.from(data, (value) => Math.round(value / 257));
}

function greyAlphaToRgba(data: Uint8Array): Uint8Array {
  const out = new Uint8Array(data.length * 2);
  for (let i = 0; i < data.length; i += 2) {
    out.fill(data[i] ?? 0, i * 2, i * 2 + 3);
    out[i * 2 + 3] = data[i + 1] ?? 255;
  }
  return out;
}
