import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { UserError } from "../../tensor/index.js";
import { fileError } from "../files.js";
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

/**
 * A file's bytes, from a plain file alone: never a link's, a pipe's or a device's, even if it was exchanged for one since
 * it was found. Throws a UserError.
 */
export async function readPlainFile(path: string): Promise<Uint8Array> {
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
  const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch((cause: unknown) => {
    throw fileError(cause, "be read");
  });
  try {
    const info = await file.stat();
    if (!info.isFile()) throw new UserError("it is no plain file");
    if (info.size > mostFileBytes)
      throw new UserError(
        `it has ${info.size.toLocaleString("en-US")} bytes, and files above 1 GiB are refused`,
      );
    return await file.readFile();
  } catch (cause) {
    throw fileError(cause, "be read");
  } finally {
    await file.close();
  }
}

const pngBegin = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** Whether bytes begin as a PNG does. */
export function isPng(bytes: Uint8Array): boolean {
  return bytes.length >= 33 && pngBegin.every((byte, i) => bytes[i] === byte);
}
