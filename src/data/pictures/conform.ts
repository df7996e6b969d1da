import type { Raster } from "../../plot/index.js";
import { bytesOf, channelsOf, type PictureSettings } from "./settings.js";

/** The grey level of a colour, as sRGB's luma. */
const luma = (red: number, green: number, blue: number): number =>
  0.2126 * red + 0.7152 * green + 0.0722 * blue;

/**
 * A picture's pixels with the channels that are asked for: grey to colour, colour to grey, alpha laid on the background or
 * kept. Where nothing can be seen of a pixel that keeps its alpha, its colour is the background's.
 */
export function conform(
  { width, height, channels, data }: Omit<Raster, "channels"> & { readonly channels: number },
  { colour, background }: Pick<PictureSettings, "colour" | "background">,
): Uint8Array {
  const wanted = channelsOf[colour];
  const behind = bytesOf(background);
  const hasAlpha = channels === 2 || channels === 4;
  if (channels === wanted && !hasAlpha) return data;
  const coloured = channels >= 3;
  const out = new Uint8Array(width * height * wanted);
  const pixel = [0, 0, 0];
  for (let i = 0; i < width * height; i++) {
    const from = i * channels;
    const alpha = hasAlpha ? (data[from + channels - 1] ?? 0) : 255;
    for (let c = 0; c < 3; c++) {
      const own = data[from + (coloured ? c : 0)] ?? 0;
      const back = behind[c] ?? 0;
      if (colour === "rgba") pixel[c] = alpha === 0 ? back : own;
      else pixel[c] = alpha === 255 ? own : (own * alpha + back * (255 - alpha)) / 255;
    }
    const [red = 0, green = 0, blue = 0] = pixel;
    const to = i * wanted;
    if (colour === "grey")
      out[to] = Math.round(red === green && green === blue ? red : luma(red, green, blue));
    else for (let c = 0; c < 3; c++) out[to + c] = Math.round(pixel[c] ?? 0);
    if (colour === "rgba") out[to + 3] = alpha;
  }
  return out;
}
