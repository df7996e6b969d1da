import type { Raster } from "../../plot/index.js";
import { UserError } from "../../tensor/index.js";
import { asAsked, pngReaderWith } from "../pictures/png-pixels.js";
import type { PictureReader } from "../pictures/reading.js";
import { decompressed } from "./file-bytes.js";
import { pictureHead, type PictureHead } from "./picture-head.js";

/** What a browser decodes pictures with, in a page and in a worker. */
interface Bitmap {
  readonly width: number;
  readonly height: number;
  close(): void;
}

interface Canvas2d {
  clearRect(x: number, y: number, width: number, height: number): void;
  drawImage(bitmap: Bitmap, x: number, y: number): void;
  getImageData(x: number, y: number, width: number, height: number): { readonly data: Uint8ClampedArray };
}

interface Canvas {
  width: number;
  height: number;
  getContext(kind: "2d", options: { willReadFrequently: boolean }): Canvas2d | null;
}

interface Decoders {
  readonly createImageBitmap?: (
    blob: Blob,
    options: { imageOrientation: "from-image"; premultiplyAlpha: "none" },
  ) => Promise<Bitmap>;
  readonly OffscreenCanvas?: new (width: number, height: number) => Canvas;
}

/** Decodes what a browser can: pixels with alpha, upright. Rejects for what it can't. */
async function decodedByBrowser(bytes: Uint8Array, type: string): Promise<Raster> {
  const { createImageBitmap, OffscreenCanvas } = globalThis as Decoders;
  if (createImageBitmap === undefined || OffscreenCanvas === undefined) {
    throw new UserError(
      "JPEG, WebP and GIF are decoded by a browser (createImageBitmap, OffscreenCanvas), which this is not; in Node use " +
        "datasets.pictures",
    );
  }
  const bitmap = await createImageBitmap(new Blob([bytes], { type }), {
    imageOrientation: "from-image",
    premultiplyAlpha: "none",
  });
  try {
    const { width, height } = bitmap;
    const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
    if (context === null)
      throw new UserError("the browser has no canvas for it; close other pages and try again");
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, width, height);
    return { width, height, channels: 4, data: new Uint8Array(data.buffer, data.byteOffset, data.length) };
  } finally {
    bitmap.close();
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  yield bytes;
}

/** Unpacks and lets go, until it is more than there may be. */
async function fitsUnpacked(packed: Uint8Array, most: number): Promise<boolean> {
  let total = 0;
  for await (const { length } of decompressed(once(packed), "deflate")) {
    total += length;
    if (total > most) return false;
  }
  return true;
}

const pngReader = pngReaderWith(fitsUnpacked);

/** A reader of pictures of so many pixels at most: PNG in JavaScript, as Node reads them without sharp, others by the browser. */
export function browserReader(mostPixels: number): PictureReader {
  const bounded = (bytes: Uint8Array): PictureHead => {
    const head = pictureHead(bytes);
    if (head.width * head.height <= mostPixels) return head;
    throw new UserError(
      `it is ${head.width} x ${head.height}, more than the ${mostPixels.toLocaleString("en-US")} pixels that are read in a page; ` +
        "make it smaller, or allow more with limits: { pixels }",
    );
  };
  return {
    name: "browser 1",
    async header(bytes) {
      return bounded(bytes);
    },
    async decode(bytes, settings) {
      const { type, frames } = bounded(bytes);
      if (type === "image/png") return pngReader.decode(bytes, settings);
      return { pixels: asAsked(await decodedByBrowser(bytes, type), settings), frames, deep: false };
    },
  };
}
