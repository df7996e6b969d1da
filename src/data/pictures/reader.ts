import { UserError } from "../../tensor/index.js";
import { optionalPackage } from "../optional-package.js";
import type { PictureFile } from "./found.js";
import { pngReader } from "./png-reader.js";
import type { PictureReader } from "./reading.js";
import { sharpReader, type SharpModule } from "./sharp-reader.js";

/** Loads the package sharp; rejects if it isn't installed, or not for this machine. */
export type LoadSharp = () => Promise<SharpModule>;

const loadSharp: LoadSharp = () => optionalPackage<SharpModule>("sharp");

const endingOf = (name: string): string => /\.([a-z]+)$/i.exec(name)?.[1]?.toLowerCase() ?? "";

/**
 * What reads the pictures of these files: sharp or, where that is not installed and all are PNG, JavaScript. Throws a
 * UserError that says how to install sharp if others are among them.
 */
export async function pictureReader(
  files: readonly PictureFile[],
  shown: string,
  load: LoadSharp = loadSharp,
): Promise<PictureReader> {
  try {
    return sharpReader(await load());
  } catch (cause) {
    const other = files.find(({ name }) => endingOf(name) !== "png");
    if (other === undefined) return pngReader;
    const reason = cause instanceof Error ? (cause.message.trim().split("\n")[0] ?? "") : String(cause);
    throw new UserError(
      `${shown} holds .${endingOf(other.name)} pictures, such as ${other.name}, which take the package sharp (${reason}). ` +
        "Install it: npm install sharp. Without it PNG alone is read",
      1,
      { cause },
    );
  }
}
