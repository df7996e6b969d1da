import { open } from "node:fs/promises";
import path from "node:path";
import { errorCode, fileError } from "../data/index.js";
import { UserError } from "../tensor/index.js";
import type { Progress } from "../train/portable.js";
import { parseProgress } from "../train/progress-schema.js";
import { runFiles } from "./run-files.js";

/** More than any run's history takes. */
const longestHeader = 100_000_000;

function textOf(header: Uint8Array, file: string): string {
  try {
    const { __metadata__: metadata } = JSON.parse(Buffer.from(header).toString("utf8")) as {
      readonly __metadata__?: { readonly progress?: unknown };
    };
    if (typeof metadata?.progress === "string") return metadata.progress;
  } catch {
    // told below
  }
  throw new UserError(`${file} is damaged: it does not say where the run stands`);
}

/**
 * Where the run in a folder stands by its last checkpoint, of which only the beginning is read, without its checksum;
 * undefined if there is none. Throws a UserError that names the file if that can't be read.
 */
export async function readProgress(folder: string): Promise<Progress | undefined> {
  const file = path.join(folder, runFiles.last);
  try {
    const opened = await open(file, "r");
    try {
      const { buffer, bytesRead } = await opened.read(new Uint8Array(8), 0, 8, 0);
      const length = bytesRead < 8 ? 0 : Number(new DataView(buffer.buffer).getBigUint64(0, true));
      const { size } = await opened.stat();
      if (length === 0 || length > Math.min(longestHeader, size - 8)) {
        throw new UserError(`${file} is damaged: it seems cut off`);
      }
      const header = new Uint8Array(length);
      await opened.read(header, 0, length, 8);
      return parseProgress(textOf(header, file), file);
    } finally {
      await opened.close();
    }
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw fileError(error, `read ${file}`);
  }
}
