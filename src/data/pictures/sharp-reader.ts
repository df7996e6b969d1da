import type * as sharpModule from "sharp";
import type { Sharp, SharpOptions } from "sharp";
import { UserError } from "../../tensor/index.js";
import { conform } from "./conform.js";
import { isPng, mostPixels, type PictureReader, requirePixels } from "./reading.js";
import { pngHead } from "./png-pixels.js";
import { bytesOf, extentOf, type PictureSettings } from "./settings.js";

/** The package, as it is loaded. */
export type SharpModule = typeof sharpModule;

/** The formats of which a file may be, whatever its name says, as sharp calls them. */
const formats: ReadonlySet<string> = new Set(["png", "jpeg", "webp", "heif", "gif", "tiff"]);

const options: SharpOptions = { limitInputPixels: mostPixels, failOn: "error", autoOrient: true };

const resizing = { crop: "cover", fit: "fill", pad: "contain" } as const;

function pipeline(image: Sharp, { size, fit, colour, background }: PictureSettings): Sharp {
  const [r, g, b] = bytesOf(background);
  const { width, height } = extentOf(size);
  const shown = colour === "rgba" ? image : image.flatten({ background: { r, g, b } });
  return shown
    .resize(width, height, {
      fit: resizing[fit],
      background: { r, g, b, alpha: colour === "rgba" ? 0 : 1 },
    })
    .toColourspace("srgb")
    .raw({ depth: "uchar" });
}

/** Reads PNG, JPEG, WebP, AVIF, GIF and TIFF by libvips. */
export function sharpReader({ default: sharp }: SharpModule): PictureReader {
  const described = async (image: Sharp) => {
    const found = await image.metadata();
    if (formats.has(found.format ?? "")) return found;
    throw new UserError(
      `it is ${found.format ?? "nothing that is known"} by its contents, which is not read`,
    );
  };
  return {
    name: `sharp ${sharp.versions.sharp ?? ""} ${sharp.versions.vips}`,
    async header(bytes) {
      if (isPng(bytes)) pngHead(bytes);
      const { width, height, channels, autoOrient } = await described(sharp(bytes, options));
      requirePixels(width, height);
      const upright = autoOrient as { width?: number; height?: number } | undefined;
      return { width: upright?.width ?? width, height: upright?.height ?? height, grey: (channels ?? 3) < 3 };
    },
    async decode(bytes, settings) {
      if (isPng(bytes)) pngHead(bytes);
      const image = sharp(bytes, options);
      const { width, height, pages = 1, depth } = await described(image);
      requirePixels(width, height);
      const { data, info } = await pipeline(image, settings).toBuffer({ resolveWithObject: true });
      const picture = { width: info.width, height: info.height, channels: info.channels, data };
      return { pixels: conform(picture, settings), frames: pages, deep: depth !== "uchar" };
    },
  };
}
