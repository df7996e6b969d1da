import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { UserError } from "../tensor/index.js";

/** What to do about a file system's refusal, by its error code. */
const reasons: Readonly<Record<string, string>> = {
  ENOENT: "it does not exist: check the path",
  EACCES: "you have no permission for it: change its permissions or its place",
  EPERM: "you have no permission for it: change its permissions or its place",
  EISDIR: "it is a folder, not a file",
  ENOTDIR: "a part of its path is a file, not a folder",
  EEXIST: "a file of that name is in the way: choose another name",
  EROFS: "it is on a read-only file system: choose another place",
  ENOSPC: "the disk is full: make room or choose another place",
  EMFILE: "too many files are open",
  EIO: "the disk reported an error",
  EDQUOT: "your disk quota is used up: make room or choose another place",
};

/** The code of a system error, such as `ENOENT`; undefined for any other error. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return undefined;
  return error.code;
}

/** A system error as one that a user can act on: `can't <what>: <reason>`. */
export function fileError(cause: unknown, what: string): UserError {
  if (cause instanceof UserError) return cause;
  const code = errorCode(cause);
  const reason = reasons[code ?? ""] ?? (cause instanceof Error ? cause.message : String(cause));
  return new UserError(`can't ${what}: ${reason}`, 1, { cause });
}

/**
 * Makes a folder and those above it, as far as they are missing. Node's own recursive `mkdir` never returns
 * where the system answers ENOENT although the parent exists, as below `/proc`.
 *
 * @throws the system's error
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const parent = dirname(path);
    if (errorCode(error) === "ENOENT" && parent !== path) {
      await makeFolder(parent);
      await mkdir(path).catch(async (again: unknown) => {
        if (errorCode(again) !== "EEXIST") throw again;
      });
    } else if (!(await stat(path).catch(() => undefined))?.isDirectory()) {
      throw error;
    }
  }
}

/** `makeFolder` for a folder that the user named or is told of. Throws a UserError that names it. */
export async function requireFolder(path: string): Promise<void> {
  await makeFolder(path).catch((error: unknown) => {
    throw fileError(error, `make the folder ${path}`);
  });
}
