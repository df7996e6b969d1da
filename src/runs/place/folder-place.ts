import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { copyFile, open, readdir, rmdir, stat } from "node:fs/promises";
import path from "node:path";
import {
  errorCode,
  fileError,
  readIfThere,
  removeWhole,
  requireFolder,
  sweepParts,
  writeWhole,
} from "../../data/index.js";
import { RunLock } from "../run-lock.js";
import type { RunPlace } from "./place.js";

async function append(file: string, text: string): Promise<void> {
  try {
    const opened = await open(file, "a");
    try {
      const { size } = await opened.stat();
      await opened.writeFile(text).catch(async (error: unknown) => {
        await opened.truncate(size);
        throw error;
      });
      // So that it is never behind the checkpoint that follows, whenever the power goes.
      await opened.sync();
    } finally {
      await opened.close();
    }
  } catch (error) {
    throw fileError(error, `write ${file}`);
  }
}

async function copyNew(file: string, copy: string): Promise<boolean> {
  try {
    await copyFile(file, copy, constants.COPYFILE_EXCL);
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw fileError(error, `write ${copy}`);
  }
}

/** The files in a folder, as names with `/`; links are passed over, since they may lead anywhere. */
async function filesIn(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    return files
      .map(({ parentPath, name }) =>
        path.relative(folder, path.join(parentPath, name)).split(path.sep).join("/"),
      )
      .sort();
  } catch (error) {
    throw fileError(error, `read the folder ${folder}`);
  }
}

/** A folder of this machine as a place of a run. */
export function folderPlace(folder: string): RunPlace {
  const at = (name: string): string => path.join(folder, name);
  return {
    name: folder,
    at,
    read: (file) => readIfThere(at(file)),
    writeWhole: (file, content) => writeWhole(at(file), content),
    removeWhole: (file) => removeWhole(at(file)),
    append: (file, text) => append(at(file), text),
    copyNew: (file, to) => copyNew(at(file), at(to)),
    async makeFolder(name) {
      const there = await stat(at(name)).catch(() => undefined);
      await requireFolder(at(name));
      return there === undefined;
    },
    removeFolder: (name) => rmdir(at(name)).catch(() => undefined),
    sweep: (name) => sweepParts(at(name)),
    files: () => filesIn(folder),
    hold: () => RunLock.take(folder),
    sha256(pieces) {
      const hash = createHash("sha256");
      for (const piece of pieces) hash.update(piece);
      return hash.digest("hex");
    },
  };
}
