import { anExampleShape, aRaster, aTensor, twoNumbers } from "./arguments.js";
import {
  be,
  type ChecksOf,
  requireArgument,
  requireOptions,
  type Tensor,
  UserError,
} from "../tensor/index.js";
import { base64 } from "./base64.js";
import { countExamples, type ExampleShape, type GreyRange, layoutOf, toBytes } from "./pixels.js";
import { encodePng } from "./png.js";
import { blank, channelsOn, drawTile, type Raster } from "./raster.js";

/** Options of {@link placedImages}. */
export interface PlacedOptions {
  /** Shape of one example: `[h, w]`, `[h, w, 1]`, `[h, w, 3]` or `[h, w, 4]`. */
  readonly shape: ExampleShape;
  /** The numbers that are drawn black and white; default 0 and 1, for bytes 0 and 255. */
  readonly range?: GreyRange;
  /** The centre of each image, in widths and heights of an image; y goes up. */
  readonly places: readonly (readonly [x: number, y: number])[];
}

const placedChecks = {
  shape: anExampleShape,
  range: twoNumbers,
  places: be.list(twoNumbers, 1, "[[0, 0], [1, 0]]"),
} as const satisfies ChecksOf<PlacedOptions>;

/**
 * Images on a dark ground, each at its place. Throws a {@link UserError} if the numbers of images and places
 * differ, and if the shape is not an image's.
 */
export function placedImages(images: Tensor, options: PlacedOptions): Raster {
  requireArgument("placedImages", "images", images, aTensor);
  requireOptions("placedImages", options, placedChecks);
  const { shape, places, range } = options;
  requireArgument("placedImages", "places", places, placedChecks.places);
  const layout = layoutOf(shape);
  if (layout.kind === "table") throw new UserError("only images can be placed; these are rows of a table");
  const n = countExamples(images, shape);
  if (n !== places.length) throw new UserError(`there are ${n} images but ${places.length} places`);
  const data = toBytes(images, range);
  const { height, width, channels } = layout;
  const [xs, ys] = [places.map(([x]) => x), places.map(([, y]) => y)];
  const [left, top] = [Math.min(...xs) - 0.5, Math.max(...ys) + 0.5];
  const wide = Math.ceil((Math.max(...xs) + 0.5 - left) * width);
  const tall = Math.ceil((top - Math.min(...ys) + 0.5) * height);
  const margin = 4;
  const out = blank(wide + 2 * margin, tall + 2 * margin, channelsOn(channels), 24);
  places.forEach(([x, y], i) => {
    const tile = { data, offset: i * height * width * channels, width, height, channels };
    const column = margin + Math.round((x - 0.5 - left) * width);
    drawTile(out, tile, column, margin + Math.round((top - y - 0.5) * height), 1);
  });
  return out;
}

/** A picture as an SVG document that holds it. */
export async function rasterSvg(raster: Raster): Promise<string> {
  requireArgument("rasterSvg", "the raster", raster, aRaster);
  const { width, height } = raster;
  const data = base64(await encodePng(raster));
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">` +
    `<image width="${width}" height="${height}" href="data:image/png;base64,${data}"/></svg>\n`
  );
}
