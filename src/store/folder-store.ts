import { createReadStream } from "node:fs";
import { link, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { errorCode, fileError, makeFolder } from "../data/index.js";
import { requireKey, type Store } from "./store.js";

let counter = 0;

/** Parts that others left behind may be removed after so long. */
const abandonedAfter = 24 * 3_600_000;

/**
 * A store in a folder, which may lie on a disk that several machines share (NFS and the like). A content is written beside
 * its place, brought to the disk, and then linked to its name, which fails if there is one by then.
 */
export class FolderStore implements Store {
  readonly place: string;

  constructor(folder: string) {
    this.place = resolve(folder);
  }

  async putIfAbsent(key: string, content: Uint8Array, after?: Promise<unknown>): Promise<boolean> {
    const path = this.pathOf(key);
    if (await this.has(key)) {
      await after;
      return false;
    }
    const part = join(
      dirname(path),
      `.${process.pid}-${counter++}-${Math.random().toString(36).slice(2)}.part`,
    );
    try {
      await makeFolder(dirname(path));
      const file = await open(part, "wx");
      try {
        await file.writeFile(content);
        await file.sync();
      } finally {
        await file.close();
      }
      await after;
      return await takeName(part, path);
    } catch (cause) {
      throw fileError(cause, `write ${key} in the store ${this.place}`);
    } finally {
      await rm(part, { force: true }).catch(() => undefined);
    }
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    const path = this.pathOf(key);
    try {
      return await readFile(path);
    } catch (cause) {
      if (errorCode(cause) === "ENOENT") return undefined;
      throw fileError(cause, `read ${key} in the store ${this.place}`);
    }
  }

  async has(key: string): Promise<boolean> {
    const path = this.pathOf(key);
    return (await stat(path).catch(() => undefined))?.isFile() === true;
  }

  async stream(key: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    return (await this.has(key)) ? createReadStream(this.pathOf(key), { highWaterMark: 1 << 20 }) : undefined;
  }

  async list(prefix: string): Promise<string[]> {
    const keys: string[] = [];
    const visit = async (folder: string, below: string): Promise<void> => {
      const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
        if (errorCode(cause) === "ENOENT") return [];
        throw fileError(cause, `list ${below} in the store ${this.place}`);
      });
      for (const entry of entries) {
        if (entry.isDirectory()) await visit(join(folder, entry.name), `${below}/${entry.name}`);
        else if (!entry.name.startsWith(".")) keys.push(`${below}/${entry.name}`);
        else await sweepPart(join(folder, entry.name));
      }
    };
    await visit(this.pathOf(prefix), prefix);
    return keys.sort((a, b) => (a < b ? -1 : 1));
  }

  private pathOf(key: string): string {
    return join(this.place, ...requireKey(key).split("/"));
  }
}

/** Gives a written file its name unless that is taken; whether it got it. */
async function takeName(part: string, path: string): Promise<boolean> {
  try {
    await link(part, path);
    return true;
  } catch (cause) {
    const code = errorCode(cause);
    if (code === "EEXIST") return false;
    if (code !== "EPERM" && code !== "ENOTSUP" && code !== "ENOSYS" && code !== "EMLINK") throw cause;
  }
  // a file system without links: the name is looked at, then taken
  if ((await stat(path).catch(() => undefined)) !== undefined) return false;
  await rename(part, path);
  return true;
}

/** Removes what a writer left that was killed long ago. */
async function sweepPart(path: string): Promise<void> {
  if (!path.endsWith(".part")) return;
  const found = await stat(path).catch(() => undefined);
  if (found !== undefined && Date.now() - found.mtimeMs > abandonedAfter)
    await rm(path, { force: true }).catch(() => undefined);
}
