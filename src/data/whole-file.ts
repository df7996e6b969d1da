import { open, readFile, rename, rm } from "node:fs/promises";
import { errorCode, fileError } from "./files.js";

/**
 * Writes a file so that whoever reads it sees the old content or the new, whole, whenever the power goes.
 * Throws a UserError that names the file; nothing is left of the new content then.
 */
export async function writeWhole(path: string, content: Uint8Array | string): Promise<void> {
  const part = `${path}.part`;
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
}

/** Reads a file, or answers undefined if there is none. Throws a UserError that names it if it can't be read. */
export async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (cause) {
    if (errorCode(cause) === "ENOENT") return undefined;
    throw fileError(cause, `read ${path}`);
  }
}
