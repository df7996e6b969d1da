import { decodePng, type Raster } from "../../plot/index.js";
import { UserError } from "../../tensor/index.js";
import { conform } from "./conform.js";
import { isPng, type PictureReader, requirePixels } from "./reading.js";
import { resize } from "./resize.js";
import { extentOf, bytesOf, type PictureSettings } from "./settings.js";

/** What the first chunk of a PNG says. */
interface PngHead {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  /** 0 grey, 2 colour, 3 palette, 4 grey with alpha, 6 colour with alpha. */
  readonly type: number;
}

/** Reads a PNG's first chunk. Throws a UserError if it is none, or of too many pixels. */
export function pngHead(bytes: Uint8Array): PngHead {
  if (!isPng(bytes)) throw new UserError("it is no PNG");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const head = {
    width: view.getUint32(16),
    height: view.getUint32(20),
    depth: bytes[24] ?? 0,
    type: bytes[25] ?? 0,
  };
  if (head.width < 1 || head.height < 1)
    throw new UserError(`it says that it is ${head.width} x ${head.height}`);
  requirePixels(head.width, head.height);
  return head;
}

const needed = new Set(["IHDR", "PLTE", "tRNS", "IDAT", "IEND"]);
const samples: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** A PNG without the chunks that pictures need not, some of which unpack to any size; and its packed pixels. */
function reduced(bytes: Uint8Array): { png: Uint8Array; packed: Uint8Array } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kept: Uint8Array[] = [bytes.subarray(0, 8)];
  const packed: Uint8Array[] = [];
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = view.getUint32(at);
    const name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const end = at + 12 + length;
    if (end > bytes.length) throw new UserError("it is cut off");
    if (needed.has(name)) kept.push(bytes.subarray(at, end));
    if (name === "IDAT") packed.push(bytes.subarray(at + 8, end - 4));
    at = end;
  }
  return { png: concatenated(kept), packed: concatenated(packed) };
}

/** The most bytes that a header's pixels unpack to. */
function mostUnpacked({ width, height, depth, type }: PngHead): number {
  const row = Math.ceil((width * depth * (samples[type] ?? 4)) / 8) + 1;
  // An interlaced picture has up to 7 passes, whose rows are a byte longer each.
  return row * height + 15 * (width + height) + 64;
}

/** Whether packed bytes (zlib) unpack to `most` bytes at most; throws if they can't be unpacked. */
export type FitsUnpacked = (packed: Uint8Array, most: number) => boolean | Promise<boolean>;

/** Throws a UserError if packed pixels unpack to more than a header says: a few kilobytes can hold gigabytes. */
async function requireHonest(head: PngHead, packed: Uint8Array, fits: FitsUnpacked): Promise<void> {
  const larger = "it unpacks to more than its header says";
  try {
    if (!(await fits(packed, mostUnpacked(head)))) throw new UserError(larger);
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    throw new UserError("its pixels can't be unpacked", 1, { cause });
  }
}

/** A picture at another size, [height, width, channels] as bytes; with alpha, colours count by how much of them is seen. */
function resized(picture: Raster, settings: PictureSettings): Raster {
  const to = extentOf(settings.size);
  if (picture.width === to.width && picture.height === to.height) return picture;
  const { channels } = picture;
  const back = bytesOf(settings.background);
  const around = channels === 4 ? [0, 0, 0, 0] : [...back];
  if (channels !== 4) {
    const data = Uint8Array.from(resize(picture, to, settings.fit, around), Math.round);
    return { ...to, channels, data };
  }
  const weighted = Uint16Array.from(picture.data, (value, i) => {
    return i % 4 === 3 ? value * 255 : value * (picture.data[i - (i % 4) + 3] ?? 0);
  });
  const sums = resize({ ...picture, data: weighted as unknown as Uint8Array }, to, settings.fit, around);
  const data = Uint8Array.from(sums, (sum, i) => {
    const alpha = (sums[i - (i % 4) + 3] ?? 0) / 255;
    return Math.round(i % 4 === 3 ? alpha : alpha === 0 ? 0 : sum / alpha);
  });
  return { ...to, channels, data };
}

/** Reads PNG alone, in JavaScript. */
export function pngReaderWith(fits: FitsUnpacked): PictureReader {
  return {
    name: "png 1",
    header(bytes) {
      const { width, height, type } = pngHead(bytes);
      return Promise.resolve({ width, height, grey: type === 0 || type === 4 });
    },
    async decode(bytes, settings) {
      const head = pngHead(bytes);
      const { png, packed } = reduced(bytes);
      await requireHonest(head, packed, fits);
      return { pixels: asAsked(await decodePng(png), settings), frames: 1, deep: head.depth === 16 };
    },
  };
}

/** A picture of the size and the colour asked for. */
export function asAsked(picture: Raster, settings: PictureSettings): Uint8Array {
  const colour = settings.colour === "rgba" ? "rgba" : "rgb";
  const own: Raster = {
    ...picture,
    channels: colour === "rgba" ? 4 : 3,
    data: conform(picture, { ...settings, colour }),
  };
  return conform(resized(own, settings), settings);
}
