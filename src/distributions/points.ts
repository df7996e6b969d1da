import { be, type ChecksOf, requireArgument, requireOptions, UserError } from "../tensor/index.js";

/** Points, all with equally many coordinates. */
export type Points = readonly (readonly number[])[];

/** A picture with 1 (grey), 3 (RGB) or 4 (RGBA) bytes a pixel, as the package's PNG reader gives. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Uint8Array;
}

/** How a drawing becomes points. */
export interface PictureOptions {
  /** The longer side of the picture spans -extent to extent; default 2. */
  readonly extent?: number;
  /** Pixels darker than this part of white count; default 0.5. */
  readonly threshold?: number;
  /** Of more dark pixels than this, evenly spread ones are taken; default 20,000. */
  readonly limit?: number;
}

const aPicture = be.having(
  ["width", "height", "channels", "data"],
  "a picture, such as decodePng(bytes) gives",
);

const pictureChecks = {
  extent: be.positive,
  threshold: be.number(0, 1),
  limit: be.whole(1),
} as const satisfies ChecksOf<PictureOptions>;

/** Brightness in 0..1 of a pixel on white paper (Rec. 601 weights). */
function brightness({ channels, data }: Picture, pixel: number): number {
  const at = pixel * channels;
  const [r = 0, g = r, b = r] = channels === 1 ? [data[at] ?? 0] : data.subarray(at, at + 3);
  const alpha = channels === 4 ? (data[at + 3] ?? 255) / 255 : 1;
  return ((0.299 * r + 0.587 * g + 0.114 * b) / 255) * alpha + 1 - alpha;
}

/**
 * The centres of a picture's dark pixels as points of the plane: the picture's centre is (0, 0), y goes up.
 * Throws a UserError if no pixel is dark.
 */
export function pointsFromPicture(picture: Picture, options: PictureOptions = {}): number[][] {
  requireArgument("pointsFromPicture", "the picture", picture, aPicture);
  requireOptions("pointsFromPicture", options, pictureChecks);
  const { extent = 2, threshold = 0.5, limit = 20_000 } = options;
  const { width, height } = picture;
  const scale = (2 * extent) / Math.max(width, height);
  const dark: number[] = [];
  for (let pixel = 0; pixel < width * height; pixel++) {
    if (brightness(picture, pixel) < threshold) dark.push(pixel);
  }
  if (dark.length === 0) {
    throw new UserError("the picture has no dark pixels to draw from; draw in black on white", 1);
  }
  const count = Math.min(limit, dark.length);
  return Array.from({ length: count }, (_, i) => {
    const pixel = dark[Math.floor((i * dark.length) / count)] ?? 0;
    const [column, row] = [pixel % width, Math.floor(pixel / width)];
    return [(column + 0.5 - width / 2) * scale, (height / 2 - row - 0.5) * scale];
  });
}
