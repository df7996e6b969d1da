import { readFile, stat } from "node:fs/promises";
import { Zip, ZipPassThrough } from "fflate";
import { runFiles } from "../runs/index.js";
import { Refusal } from "./refusal.js";
import { filesOf } from "./run-files.js";

/** So often a run that is being saved is read again, until nothing has changed meanwhile. */
const tries = 20;

const delay = (time: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, time));

async function stampOf(file: string | undefined): Promise<string> {
  const found = file === undefined ? undefined : await stat(file).catch(() => undefined);
  return found === undefined ? "-" : `${found.ino} ${found.size} ${found.mtimeMs}`;
}

/**
 * A run's files by name, as they stood at one moment: the last checkpoint is the commit, and while it stays the same, all
 * else is what a kill at that moment would have left.
 */
export async function readRunFiles(folder: string): Promise<Map<string, Uint8Array>> {
  for (let i = 0; i < tries; i++) {
    const files = await filesOf(folder);
    const before = await stampOf(files.get("checkpoint/last.safetensors"));
    const read = new Map<string, Uint8Array>();
    // The checkpoints first: a line too many of metrics is mended, one too few is not.
    const order = (name: string): number => (name.startsWith("checkpoint/") ? 0 : 1);
    try {
      for (const [name, file] of [...files].sort(([a], [b]) => order(a) - order(b))) {
        read.set(name, await readFile(file));
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      await delay(50); // it was taken away meanwhile, as a model is when its run goes on
      continue;
    }
    if (read.has(runFiles.config) && (await stampOf(files.get("checkpoint/last.safetensors"))) === before)
      return read;
    await delay(50);
  }
  throw new Refusal(503, "the run is saved more often than it can be read; try again");
}

/** Files as a zip, stored as they are: weights don't get smaller. */
export function zipOf(files: ReadonlyMap<string, Uint8Array>): ReadableStream<Uint8Array> {
  const left = [...files];
  let zip: Zip | undefined;
  return new ReadableStream<Uint8Array>({
    start(controller) {
      zip = new Zip((error, chunk, final) => {
        if (error !== null) return controller.error(error);
        if (chunk.length > 0) controller.enqueue(chunk);
        if (final) controller.close();
      });
    },
    pull() {
      const next = left.shift();
      if (next === undefined) return zip?.end();
      const entry = new ZipPassThrough(next[0]);
      zip?.add(entry);
      entry.push(next[1], true);
      if (left.length === 0) zip?.end();
    },
  });
}
