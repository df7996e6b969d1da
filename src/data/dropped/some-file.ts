import { UserError } from "../../tensor/index.js";
import { byName } from "../pictures/found.js";

/** What is used of a browser's `File`. */
export interface SomeFile extends Blob {
  readonly name: string;
  /** Milliseconds of its last change. */
  readonly lastModified?: number;
  /** Of a folder that was chosen: its path from that folder on. */
  readonly webkitRelativePath?: string;
}

/** A file and its path, as `filesFromDrop` gives them: plain data, that can be posted to a worker. */
export interface PlacedFile {
  /** From the outermost folder on, with `/` between names; the file's name alone without a folder. */
  readonly path: string;
  readonly file: SomeFile;
}

/** What files are refused for, before memory is taken for them. */
export interface FileLimits {
  /** Files; default 200,000. */
  readonly files: number;
  /** Bytes of a file, as it lies there; default 2 GiB, of a picture's at most 256 MiB. */
  readonly fileBytes: number;
  /** Pixels of a picture before it is brought to its size; default 2^26, such as 8,192 x 8,192. */
  readonly pixels: number;
  /** Rows of a table; default 5,000,000. */
  readonly rows: number;
  /** Bytes that all examples may take once they are read; default 1 GiB. A page's engine takes as much again. */
  readonly memory: number;
}

/** What is refused unless told otherwise. */
export const usualLimits: FileLimits = {
  files: 200_000,
  fileBytes: 2 ** 31,
  pixels: 2 ** 26,
  rows: 5_000_000,
  memory: 2 ** 30,
};

/** Files that systems leave beside others, at any place of a path. */
const hidden = /(^|\/)(\.|__MACOSX(\/|$)|Thumbs\.db$|desktop\.ini$)/;

/** Whether a path is of a file that is not looked at. */
export function isHiddenPath(path: string): boolean {
  return hidden.test(path);
}

export const megabytes = (bytes: number): string =>
  `${Math.ceil(bytes / 2 ** 20).toLocaleString("en-US")} MiB`;

const isPlaced = (one: SomeFile | PlacedFile): one is PlacedFile => "file" in one && "path" in one;

/** Files with their paths below the folder that they all lie in, in the order of those, and that folder's name. */
export interface FilesBelow {
  readonly files: readonly PlacedFile[];
  /** What to call them all: the folder, the only file, or nothing. */
  readonly root: string | undefined;
}

/** Files in alphabetical order of their paths, hidden ones left out. Throws a UserError if there are none, or too many. */
export function filesBelow(given: readonly (SomeFile | PlacedFile)[], limits: FileLimits): FilesBelow {
  if (given.length > limits.files) {
    throw new UserError(
      `${given.length.toLocaleString("en-US")} files are more than the ${limits.files.toLocaleString("en-US")} that are read at ` +
        "once: choose fewer, or allow more with limits: { files }",
    );
  }
  const placed = given
    .map((one): PlacedFile => (isPlaced(one) ? one : { path: one.webkitRelativePath || one.name, file: one }))
    .filter(({ path }) => !isHiddenPath(path));
  if (placed.length === 0)
    throw new UserError("there are no files to read; choose some, or a folder with some in it");
  const large = placed.find(({ file }) => file.size > limits.fileBytes);
  if (large !== undefined) {
    throw new UserError(
      `${large.path} has ${megabytes(large.file.size)}, more than the ${megabytes(limits.fileBytes)} that are read of a file in a ` +
        "page: make it smaller, allow more with limits: { fileBytes }, or train with the command line, which streams it",
    );
  }
  const [first = ""] = placed[0]?.path.split("/") ?? [];
  const common = placed.every(({ path }) => path.startsWith(`${first}/`));
  const files = placed
    .map(({ path, file }) => ({ path: common ? path.slice(first.length + 1) : path, file }))
    .sort((a, b) => byName(a.path, b.path));
  const twice = files.find(({ path }, i) => i > 0 && files[i - 1]?.path === path);
  if (twice !== undefined) throw new UserError(`there are two files ${twice.path}; choose one of them`);
  return { files, root: common ? first : files.length === 1 ? files[0]?.path : undefined };
}
