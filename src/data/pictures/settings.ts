import { be, type ChecksOf, suggestion } from "../../catalogue/index.js";
import { UserError } from "../../tensor/index.js";

/**
 * How a picture of another shape comes to the size asked for:
 *
 * - `crop`: scaled until it covers the size, what hangs over cut off at both ends (sharp's `cover`, Keras' `crop_to_aspect_ratio`);
 * - `fit`: stretched to the size, whatever becomes of its proportions (sharp's `fill`);
 * - `pad`: scaled until all of it is inside, the rest filled with the background (sharp's `contain`, Keras' `pad_to_aspect_ratio`).
 */
export type PictureFit = "crop" | "fit" | "pad";

/** The ways by name. */
export const pictureFits: readonly PictureFit[] = ["crop", "fit", "pad"];

/** What a picture's numbers are: one grey level a pixel, red, green and blue, or these with alpha. */
export type PictureColour = "grey" | "rgb" | "rgba";

/** The kinds by name. */
export const pictureColours: readonly PictureColour[] = ["grey", "rgb", "rgba"];

/** What is done about files that can't be read as pictures: they stop everything, or are left out and named. */
export type BrokenPictures = "fail" | "skip";

/** The ways by name. */
export const brokenPictures: readonly BrokenPictures[] = ["fail", "skip"];

/** A size as it may be told: `"640x480"`, width before height, or one number for squares. */
export type PictureSize = string | number;

/** How pictures become examples, as far as it is told. */
export interface PictureChoices {
  /**
   * What all pictures are brought to: `"640x480"`, width before height, or 64 for squares. Default: the size that they have,
   * if it is the same for all and of 65,536 pixels at most.
   */
  readonly size?: PictureSize | undefined;
  /** How pictures of other proportions come to the size; default `crop`. */
  readonly fit?: PictureFit | undefined;
  /** Default: `rgb`, or `grey` if all pictures are grey. Only `rgba` keeps alpha. */
  readonly colour?: PictureColour | undefined;
  /** What shows through and around pictures: `white`, `black`, `grey` or `#rrggbb`; default `white`. */
  readonly background?: string | undefined;
  /** Whether files that can't be read as pictures stop everything (`fail`, the default) or are left out (`skip`). */
  readonly broken?: BrokenPictures | undefined;
}

/** Checks of the choices, of which each is looked at by `checkedChoices`. */
export const choiceChecks = {
  size: be.anything,
  fit: be.anything,
  colour: be.anything,
  background: be.anything,
  broken: be.anything,
} as const satisfies ChecksOf<PictureChoices>;

/** How pictures became the examples of a data set: plain data, recorded with a run, by which others become the same. */
export interface PictureSettings extends PictureChoices {
  readonly size: string;
  readonly fit: PictureFit;
  readonly colour: PictureColour;
  readonly background: string;
  readonly broken: BrokenPictures;
}

/** Width and height in pixels. */
export interface Extent {
  readonly width: number;
  readonly height: number;
}

/** The longest side of a picture as an example. */
const longestSide = 4096;

const isSide = (side: number): boolean => Number.isInteger(side) && side >= 1 && side <= longestSide;

/** Width and height of a size. Throws a UserError for what is none. */
export function extentOf(size: unknown): Extent {
  const [, width, height] = /^\s*(\d+)\s*[x×]\s*(\d+)\s*$/i.exec(String(size)) ?? [];
  const extent = width === undefined ? squareOf(size) : { width: Number(width), height: Number(height) };
  if (isSide(extent.width) && isSide(extent.height)) return extent;
  throw new UserError(
    `a size of pictures is width x height, such as 64x64, each from 1 to ${longestSide.toLocaleString("en-US")}, got ` +
      String(JSON.stringify(size)),
    2,
  );
}

function squareOf(size: unknown): Extent {
  const side = typeof size === "number" ? size : /^\s*\d+\s*$/.test(String(size)) ? Number(size) : Number.NaN;
  return { width: side, height: side };
}

/** A size as it is recorded: `64x48`. Throws a UserError for what is none. */
export function sizeText(size: unknown): string {
  const { width, height } = extentOf(size);
  return `${width}x${height}`;
}

const named: Readonly<Record<string, string>> = {
  white: "#ffffff",
  black: "#000000",
  grey: "#808080",
  gray: "#808080",
};

/** A colour as `#rrggbb`. Throws a UserError for what is none. */
export function colourCode(background: unknown): string {
  const text = String(background).trim().toLowerCase();
  const known = named[text];
  if (typeof background === "string" && known !== undefined) return known;
  const [, short = ""] = /^#?([0-9a-f]{3})$/.exec(text) ?? [];
  const [, long = short.replace(/./g, "$&$&")] = /^#?([0-9a-f]{6})$/.exec(text) ?? [];
  if (typeof background === "string" && long.length === 6) return `#${long}`;
  throw new UserError(
    `a background is ${Object.keys(named).slice(0, 3).join(", ")} or #rrggbb, such as #f0f0f0, got ` +
      String(JSON.stringify(background)),
    2,
  );
}

/** Red, green and blue of a colour `#rrggbb`. */
export function bytesOf(colour: string): readonly [red: number, green: number, blue: number] {
  const value = Number.parseInt(colour.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/** Numbers a pixel. */
export const channelsOf: Readonly<Record<PictureColour, 1 | 3 | 4>> = { grey: 1, rgb: 3, rgba: 4 };

/** The colour of examples with so many channels. */
export function colourOf(channels: number): PictureColour | undefined {
  return pictureColours.find((colour) => channelsOf[colour] === channels);
}

/** The shape of an example: [height, width] of grey pictures, [height, width, channels] of others. */
export function shapeOf({ size, colour }: Pick<PictureSettings, "size" | "colour">): number[] {
  const { width, height } = extentOf(size);
  return colour === "grey" ? [height, width] : [height, width, channelsOf[colour]];
}

function oneOf<T extends string>(what: string, value: T, values: readonly T[]): T {
  if (values.includes(value)) return value;
  throw new UserError(`${what} can't be ${JSON.stringify(value)}; ${suggestion(String(value), values)}`, 2);
}

/** Choices checked, with defaults for those that don't depend on the pictures. Throws a UserError that names the choice. */
export function checkedChoices(
  told: PictureChoices,
): Omit<PictureSettings, "size" | "colour"> & Pick<PictureChoices, "colour"> & { readonly size?: string } {
  const { size, fit = "crop", colour, background = "white", broken = "fail" } = told;
  return {
    ...(size !== undefined && { size: sizeText(size) }),
    fit: oneOf("fit", fit, pictureFits),
    ...(colour !== undefined && { colour: oneOf("colour", colour, pictureColours) }),
    background: colourCode(background),
    broken: oneOf("broken", broken, brokenPictures),
  };
}
