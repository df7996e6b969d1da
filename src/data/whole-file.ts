import { open, readdir, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { errorCode, fileError } from "./files.js";
import { isRunning } from "./part-file.js";

let counter = 0;

/**
 * Writes a file so that whoever reads it sees the old content or the new, whole, whenever the process is killed or
 * the power goes. Two processes that write one file don't meet: each writes a part of its own, and the last rename wins.
 * Throws a UserError that names the file; nothing is left of the new content then.
 */
export async function writeWhole(path: string, content: Uint8Array | string): Promise<void> {
  const part = `${path}.${process.pid}-${counter++}.part`;
  try {
    const file = await open(part, "w");
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(part, path);
  } catch (cause) {
    await rm(part, { force: true }).catch(() => undefined);
    throw fileError(cause, `write ${path}`);
  }
  await syncFolder(dirname(path));
}

/** Removes a file, if it is there, for good before what is written next. Throws a UserError that names the file. */
export async function removeWhole(path: string): Promise<void> {
  try {
    await rm(path);
  } catch (cause) {
    if (errorCode(cause) === "ENOENT") return;
    throw fileError(cause, `remove ${path}`);
  }
  await syncFolder(dirname(path));
}

/**
 * Makes the names in a folder survive a power failure in the order in which they changed. Some systems and file
 * systems can't (Windows opens no folders); there the names are as safe as they make them.
 */
async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, "r");
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch {
    return;
  }
}

/** Removes the parts in a folder that processes left which were killed while they wrote. */
export async function sweepParts(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const owner = /\.(\d+)-\w+\.part$/.exec(name)?.[1];
    if (owner === undefined || isRunning(Number(owner))) continue;
    await rm(join(folder, name), { force: true }).catch(() => undefined);
  }
}

/** Reads a file, or returns undefined if there is none. Throws a UserError that names it if it can't be read. */
export async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (cause) {
    if (errorCode(cause) === "ENOENT") return undefined;
    throw fileError(cause, `read ${path}`);
  }
}
