import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { errorCode, fileError, requireFolder } from "../data/index.js";
import { UserError } from "../tensor/index.js";
import { isInside } from "../data/inside.js";
import { Refusal } from "./refusal.js";
import { problemIn } from "./summary.js";
import type { StudioTools } from "./types.js";
import { unzipped } from "./unzip.js";
import { nameOfData, requireDataNames } from "./upload-names.js";

/** Bytes and files that data may take, in a zip and out of it. */
export const largestData = { zipped: 512 * 2 ** 20, files: 2 ** 30, number: 200_000 } as const;

/** Milliseconds in which data that no run needs may be those of another studio, for a run that has not begun. */
const fresh = 24 * 3600 * 1000;

/** Data that were sent here. */
export interface Upload {
  readonly id: string;
  readonly name: string;
  readonly examples: number;
  /** The file, or the folder of files. */
  readonly source: string;
}

function idOf(files: ReadonlyMap<string, Uint8Array>): string {
  const hash = createHash("sha256");
  for (const [name, bytes] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(`${JSON.stringify(name)} ${bytes.length}\n`).update(bytes);
  }
  return hash.digest("hex").slice(0, 16);
}

/** Puts files below a folder that they all lie in, unless they do or there is one only. */
function placed(files: ReadonlyMap<string, Uint8Array>): {
  readonly name: string;
  readonly files: ReadonlyMap<string, Uint8Array>;
} {
  const name = nameOfData([...files.keys()]);
  if (name === undefined) {
    return { name: "files", files: new Map([...files].map(([file, bytes]) => [`files/${file}`, bytes])) };
  }
  return {
    name,
    files: files.size === 1 ? new Map([...files.values()].map((bytes) => [name, bytes])) : files,
  };
}

async function writeAll(folder: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  for (const [file, bytes] of files) {
    const at = path.join(folder, file);
    await mkdir(path.dirname(at), { recursive: true });
    await writeFile(at, bytes, { flag: "wx" });
  }
}

/** The data that were sent here, in `.data` of the folder of new runs: a folder for each, named after what is in it. */
export class Uploads {
  /** Those of this sitting, which a run may still be started on. */
  private readonly taken = new Set<string>();

  constructor(
    private readonly tools: StudioTools,
    private readonly home: string,
  ) {}

  /** Where they are. */
  get folder(): string {
    return path.join(this.home, ".data");
  }

  /**
   * Takes the files of a zip and reads them as data, pictures brought to `size`. The same files are kept once. Throws a
   * Refusal for what isn't data, or is too large.
   */
  async take(zip: Uint8Array, size: string | undefined): Promise<Upload> {
    const sent = await unzipped(zip, largestData);
    requireDataNames([...sent.keys()]);
    const { name, files } = placed(sent);
    const id = idOf(files);
    const isNew = await this.keep(id, files);
    const source = path.join(await realpath(this.folder), id, name);
    try {
      const { train } = await this.tools.readData(source, { size });
      this.taken.add(id);
      return { id: `upload-${id}`, name, examples: train.length, source };
    } catch (error) {
      if (isNew) await rm(path.join(this.folder, id), { recursive: true, force: true });
      if (!(error instanceof UserError)) throw error;
      throw new Refusal(422, problemIn(error, path.dirname(source)));
    }
  }

  /** Writes files to a place of their own; false if they are there already. */
  private async keep(id: string, files: ReadonlyMap<string, Uint8Array>): Promise<boolean> {
    const folder = path.join(this.folder, id);
    if ((await stat(folder).catch(() => undefined)) !== undefined) return false;
    await requireFolder(this.folder);
    const part = await mkdtemp(path.join(this.folder, ".part-"));
    try {
      await writeAll(part, files);
      await rename(part, folder);
      return true;
    } catch (error) {
      if (errorCode(error) === "ENOTEMPTY") return false; // sent twice at the same moment
      if (errorCode(error) === "EEXIST") throw new Refusal(422, "the zip holds a file twice");
      throw fileError(error, `keep the files in ${path.basename(this.home)}/.data`);
    } finally {
      await rm(part, { recursive: true, force: true });
    }
  }

  /** Removes what lies in none of the places that are needed. While the studio goes on, what was sent in this sitting stays. */
  async tidy(needed: readonly string[], ending: boolean): Promise<void> {
    const root = await realpath(this.folder).catch(() => undefined);
    if (root === undefined) return;
    for (const entry of await readdir(root)) {
      const folder = path.join(root, entry);
      if (needed.some((source) => isInside(path.resolve(source), folder))) continue;
      const own = this.taken.has(entry);
      const { mtimeMs } = await stat(folder);
      if (own ? !ending : Date.now() - mtimeMs < fresh) continue;
      await rm(folder, { recursive: true, force: true });
      this.taken.delete(entry);
    }
    if ((await readdir(root)).length === 0) await rm(root, { recursive: true, force: true });
  }
}
