import { applyPalette, GIFEncoder, quantize } from "gifenc";
import { type PictureShape, toImageData } from "../../../lib/ui/pixels";

const greys = Array.from({ length: 256 }, (_, shade): [number, number, number] => [shade, shade, shade]);

/** RGBA with each pixel `scale` pixels large. */
function enlarged({ data, width, height }: ImageData, scale: number): Uint8ClampedArray {
  const out = new Uint8ClampedArray(width * scale * height * scale * 4);
  for (let y = 0; y < height * scale; y++) {
    for (let x = 0; x < width * scale; x++) {
      const from = 4 * (Math.floor(y / scale) * width + Math.floor(x / scale));
      out.set(data.subarray(from, from + 4), 4 * (y * width * scale + x));
    }
  }
  return out;
}

/** Pictures one after the other as a GIF that goes on for ever; `delay` in milliseconds. */
export function gifOf(
  frames: readonly ArrayLike<number>[],
  shape: PictureShape,
  { scale = 8, delay = 60 }: { readonly scale?: number; readonly delay?: number } = {},
): Uint8Array {
  const [height = 1, width = 1, channels = 1] = shape;
  const encoder = GIFEncoder();
  for (const frame of frames) {
    const pixels = enlarged(toImageData(frame, shape), scale);
    const palette = channels < 3 ? greys : quantize(pixels, 256);
    const indices =
      channels < 3
        ? Uint8Array.from({ length: pixels.length / 4 }, (_, i) => pixels[4 * i] ?? 0)
        : applyPalette(pixels, palette);
    encoder.writeFrame(indices, width * scale, height * scale, { palette, delay });
  }
  encoder.finish();
  return encoder.bytes();
}
