import { mkdir, mkdtemp, realpath, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { requireFolder } from "../data/index.js";
import { readMetrics, readRunConfig, runFiles } from "../runs/index.js";
import { decodeCheckpoint } from "../train/index.js";
import { UserError } from "../tensor/index.js";
import { Refusal } from "./refusal.js";
import { isRunFile } from "./run-files.js";
import { type KeptRun, requireRunName, type Shelf } from "./shelf.js";
import { problemIn } from "./summary.js";
import { unzipped } from "./unzip.js";

/** Bytes that a run may take, in a zip and out of it. */
export const largestRun = { zipped: 512 * 2 ** 20, files: 2 ** 30, number: 1000 } as const;

/** The folder that all names are in, with its slash; nothing where they are in none. */
function commonFolder(names: readonly string[]): string {
  const config = names.find((name) => name === runFiles.config || name.endsWith(`/${runFiles.config}`));
  const prefix = config?.slice(0, -runFiles.config.length) ?? "";
  return prefix.split("/").length === 2 && names.every((name) => name.startsWith(prefix)) ? prefix : "";
}

/** The folder that the files of a zip are in. Throws a Refusal for what no run's zip has. */
function requireEntries(names: readonly string[]): string {
  const prefix = commonFolder(names);
  const wrong = names.find((name) => !isRunFile(name.slice(prefix.length)));
  if (wrong !== undefined) {
    throw new Refusal(422, `the zip holds ${JSON.stringify(wrong.slice(0, 100))}, which is no file of a run`);
  }
  return prefix;
}

/** The files of a run out of a zip, by name. Throws a Refusal for anything that is no zip of a run, or too large. */
export async function filesInZip(bytes: Uint8Array): Promise<ReadonlyMap<string, Uint8Array>> {
  const files = await unzipped(bytes, largestRun);
  const prefix = requireEntries([...files.keys()]);
  const found = new Map([...files].map(([name, content]) => [name.slice(prefix.length), content]));
  if (!found.has(runFiles.config)) throw new Refusal(422, "the zip holds no run: config.json is not in it");
  return found;
}

/** Reads a run that was written, wherever it says what can be checked. Throws a Refusal that says what is wrong. */
async function requireWhole(folder: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  try {
    await readRunConfig(folder);
    await readMetrics(folder);
    for (const name of ["checkpoint/last.safetensors", "checkpoint/best.safetensors"]) {
      const bytes = files.get(name);
      if (bytes !== undefined) decodeCheckpoint(bytes, name);
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new Refusal(422, problemIn(error, folder));
  }
}

/** Puts the run of a zip among those that are served, under a name that is free. Throws a Refusal if it can't be. */
export async function takeRun(shelf: Shelf, name: string, bytes: Uint8Array): Promise<KeptRun> {
  requireRunName(name);
  const files = await filesInZip(bytes);
  await requireFolder(shelf.home);
  const part = await mkdtemp(path.join(await realpath(shelf.home), ".upload-"));
  try {
    for (const [file, content] of files) {
      await mkdir(path.dirname(path.join(part, file)), { recursive: true });
      await writeFile(path.join(part, file), content, { flag: "wx" });
    }
    await requireWhole(part, files);
    const run = await shelf.claim(name, true);
    try {
      for (const entry of new Set([...files.keys()].map((file) => file.split("/")[0] ?? ""))) {
        // What makes it a run comes last.
        if (entry !== runFiles.config) await rename(path.join(part, entry), path.join(run.folder, entry));
      }
      await rename(path.join(part, runFiles.config), path.join(run.folder, runFiles.config));
    } catch (error) {
      shelf.drop(run);
      await rm(run.folder, { recursive: true, force: true });
      throw error;
    }
    return run;
  } finally {
    await rm(part, { recursive: true, force: true });
  }
}
