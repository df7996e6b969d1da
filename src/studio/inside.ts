import { lstat, realpath, stat } from "node:fs/promises";
import path from "node:path";
import { isInside } from "../data/inside.js";
import { Refusal } from "./refusal.js";

/**
 * The real path of a plain file inside a folder, or undefined if there is none. Throws a Refusal if it leads out of the
 * folder, as links may, or is no plain file.
 */
export async function fileInside(folder: string, name: string): Promise<string | undefined> {
  const file = path.join(folder, name);
  if ((await lstat(file).catch(() => undefined)) === undefined) return undefined;
  const [real, root] = await Promise.all([
    realpath(file).catch(() => undefined),
    realpath(folder).catch(() => undefined),
  ]);
  if (real === undefined || root === undefined || !isInside(real, root)) {
    throw new Refusal(403, `${name} leads out of its folder`);
  }
  if (!(await stat(real)).isFile()) throw new Refusal(403, `${name} is no plain file`);
  return real;
}
