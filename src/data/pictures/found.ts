import type { SplitName } from "../dataset.js";

/** A picture's file as it lies in a folder. */
export interface PictureFile {
  /** Below the folder, with `/` between names. */
  readonly name: string;
  /** Where it is read: its own path or, of a link, that of the file that it leads to. */
  readonly path: string;
  readonly size: number;
  /** Milliseconds of the last change of its content, and of anything about it. */
  readonly modified: number;
  readonly changed: number;
}

/** One example: a picture, and what is known of it. */
export interface PictureRow<F = PictureFile> {
  readonly file: F;
  readonly part: SplitName;
  /** Its class by name. */
  readonly label?: string;
  readonly caption?: string;
}

/** What a folder or a manifest says: the examples in order, and what a person should know of it. */
export interface FoundPictures {
  /** The folder that all pictures lie in, as it was given. */
  readonly root: string;
  readonly rows: readonly PictureRow[];
  readonly notes: readonly string[];
}

/** Endings of pictures' names. */
const endings: readonly string[] = ["png", "jpg", "jpeg", "jfif", "webp", "avif", "gif", "tif", "tiff"];

/** Whether a name is a picture's. */
export function isPictureName(name: string): boolean {
  return endings.includes(/\.([a-z]+)$/i.exec(name)?.[1]?.toLowerCase() ?? "");
}

/** Names for a message: the first five and how many more. */
export function someNames(names: readonly string[]): string {
  const more = names.length > 5 ? ` and ${(names.length - 5).toLocaleString("en-US")} more` : "";
  return names.slice(0, 5).join(", ") + more;
}

/** `3 files`, `1 file`. */
export function counted(count: number, what: string): string {
  return `${count.toLocaleString("en-US")} ${what}${count === 1 ? "" : "s"}`;
}

/** Why a file can't be read, in a line. */
export function shortened(reason: unknown): string {
  const text = reason instanceof Error ? reason.message : String(reason);
  const line = text.split("\n").find((one) => one.trim() !== "") ?? "it can't be read";
  return line.trim().slice(0, 200);
}

/** By code points, whatever the machine's language: the order of examples must be the same everywhere. */
export function byName(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
