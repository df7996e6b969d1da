import type { Dirent, Stats } from "node:fs";
import { lstat, readdir, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../../tensor/index.js";
import { fileError } from "../files.js";
import { isInside, linkedOutside } from "../inside.js";
import { byName, isPictureName, type PictureFile } from "./found.js";

/** What lies in a folder and those in it. */
export interface Walked {
  /** Pictures in alphabetical order of their names. */
  readonly pictures: readonly PictureFile[];
  /** Names of the other files, below the folder; hidden ones are not looked at. */
  readonly others: readonly string[];
}

/** Folders deeper than this are taken for a mistake. */
const deepest = 32;
/** Files that are looked at at a time. */
const atATime = 64;

/** Files that systems leave beside pictures. */
const isHidden = (name: string): boolean => name.startsWith(".") || name === "__MACOSX";

function describe(info: Stats, path: string, name: string): PictureFile {
  return { name, path, size: info.size, modified: info.mtimeMs, changed: info.ctimeMs };
}

/**
 * A picture's file by its name below a folder, `root` as the system resolves it. Throws a UserError that names the file if
 * it isn't there, leads out of the folder, or is no plain file.
 */
export async function pictureAt(root: string, name: string, shown: string): Promise<PictureFile> {
  const path = join(root, name);
  const info = await lstat(path).catch((cause: unknown) => {
    throw fileError(cause, `read ${shown}`);
  });
  if (info.isFile()) return describe(info, path, name);
  if (!info.isSymbolicLink())
    throw new UserError(`${shown} is ${kindOfFile(info)}, not a picture's file: remove it`);
  return linked(root, path, name, shown);
}

/**
 * `pictureAt` of a file that a list names: a folder on the way to it may be a link too, and must not lead out either.
 */
export async function listedPicture(root: string, name: string, shown: string): Promise<PictureFile> {
  const found = await pictureAt(root, name, shown);
  const target = await realpath(found.path);
  if (isInside(target, root)) return { ...found, path: target };
  throw linkedOutside(shown, target);
}

async function linked(root: string, path: string, name: string, shown: string): Promise<PictureFile> {
  const target = await realpath(path).catch((cause: unknown) => {
    throw fileError(cause, `follow the link ${shown}`);
  });
  if (!isInside(target, root)) throw linkedOutside(shown, target);
  const info = await stat(target);
  if (info.isFile()) return describe(info, target, name);
  throw new UserError(
    `${shown} is a link to ${target}, which is ${kindOfFile(info)}, not a picture's file: remove it`,
  );
}

function kindOfFile(info: Stats): string {
  if (info.isDirectory()) return "a folder";
  if (info.isFIFO()) return "a pipe";
  if (info.isSocket()) return "a socket";
  return "a device";
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw fileError(cause, `read the folder ${folder}`);
  });
  return entries.filter(({ name }) => !isHidden(name)).sort((a, b) => byName(a.name, b.name));
}

/**
 * All files of a folder and those in it, `root` as the system resolves it and `shown` as it was given. A link to a picture
 * in the folder is that picture; one that leads out of it is refused, and so are pipes and devices with a picture's name.
 *
 * @throws UserError naming the file or the folder.
 */
export async function walk(root: string, shown: string, signal?: AbortSignal): Promise<Walked> {
  const names: string[] = [];
  const others: string[] = [];
  const visit = async (below: string, depth: number): Promise<void> => {
    signal?.throwIfAborted();
    if (depth > deepest)
      throw new UserError(`${join(shown, below)}: folders more than ${deepest} deep are not read`);
    for (const entry of await entriesOf(join(root, below))) {
      const name = below === "" ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) await visit(name, depth + 1);
      else if (isPictureName(entry.name)) names.push(name);
      else if (entry.isSymbolicLink() && (await leadsToFolder(join(root, name))))
        throw linkedFolder(join(shown, name));
      else others.push(name);
    }
  };
  await visit("", 0);
  names.sort(byName);
  const pictures: PictureFile[] = [];
  for (let start = 0; start < names.length; start += atATime) {
    signal?.throwIfAborted();
    const some = names.slice(start, start + atATime);
    pictures.push(...(await Promise.all(some.map((name) => pictureAt(root, name, join(shown, name))))));
  }
  return { pictures, others };
}

async function leadsToFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}

function linkedFolder(shown: string): UserError {
  return new UserError(
    `${shown} is a link to a folder, and such links are not followed: put the folder itself there, or give it as DATA`,
  );
}

/** Whether there is a picture in a folder or those in it. */
export async function holdsPictures(folder: string, depth = 0): Promise<boolean> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const seen = entries.filter(({ name }) => !isHidden(name));
  if (seen.some((entry) => !entry.isDirectory() && isPictureName(entry.name))) return true;
  if (depth >= deepest) return false;
  for (const entry of seen) {
    if (entry.isDirectory() && (await holdsPictures(join(folder, entry.name), depth + 1))) return true;
  }
  return false;
}
