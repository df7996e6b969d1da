import { UserError } from "../../tensor/index.js";
import type { PictureSettings } from "./settings.js";

/** What a picture's header says. */
export interface PictureHeader {
  /** Upright, as it is to be seen. */
  readonly width: number;
  readonly height: number;
  readonly grey: boolean;
}

/** Pixels as they are decoded, and what is worth a note. */
export interface DecodedPicture {
  /** [height, width, channels] of the size and colour asked for. */
  readonly pixels: Uint8Array;
  /** Frames or pages in the file, of which the first is taken. */
  readonly frames: number;
  /** Whether its numbers have more than 8 bits, to which they were rounded. */
  readonly deep: boolean;
}

/** A way to read pictures. Throws for what is none: any error, whose message says why. */
export interface PictureReader {
  /** What it is, by name and version: part of the cache's key. */
  readonly name: string;
  header(bytes: Uint8Array): Promise<PictureHeader>;
  decode(bytes: Uint8Array, settings: PictureSettings): Promise<DecodedPicture>;
}

/** More pixels than this in one picture are refused, before memory is taken for them: 11,585 x 11,585. */
export const mostPixels = 2 ** 27;
/** A larger file is refused: 1 GiB. */
export const mostFileBytes = 2 ** 30;

/** Throws a UserError for a picture of more pixels than are read. */
export function requirePixels(width: number, height: number): void {
  if (width * height <= mostPixels) return;
  throw new UserError(
    `it says that it is ${width} x ${height}, and pictures of more than ${mostPixels.toLocaleString("en-US")} pixels ` +
      "are refused",
  );
}

const pngBegin = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** Whether bytes begin as a PNG does. */
export function isPng(bytes: Uint8Array): boolean {
  return bytes.length >= 33 && pngBegin.every((byte, i) => bytes[i] === byte);
}
