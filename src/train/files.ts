import { open, readFile, rename, rm } from "node:fs/promises";
import { UserError } from "../tensor/index.js";

const advice: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full; free some space",
  EACCES: "permission denied; choose another folder with --out or change its permissions",
  EPERM: "permission denied; choose another folder with --out or change its permissions",
  EROFS: "the file system is read-only; choose another folder with --out",
  ENOENT: "it does not exist",
  ENOTDIR: "a part of the path is a file, not a folder",
  EISDIR: "it is a folder, not a file",
  EMFILE: "too many files are open",
  EDQUOT: "the disk quota is used up; free some space",
  EIO: "the disk reported an error",
};

/** A file system error as a message that names the file and says what to do. */
export function fileError(action: string, path: string, error: unknown): UserError {
  if (error instanceof UserError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  const why = (code !== undefined ? advice[code] : undefined) ?? message;
  return new UserError(`can't ${action} ${path}: ${why}`, 1, { cause: error });
}

/** Writes a file so that whoever reads it sees the old content or the new, whole, whenever the power goes. */
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
  } catch (error) {
    await rm(part, { force: true }).catch(() => undefined);
    throw fileError("write", path, error);
  }
}

/** Reads a file, or answers undefined if there is none. */
export async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw fileError("read", path, error);
  }
}
