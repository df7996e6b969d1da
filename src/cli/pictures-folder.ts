import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { requireFolder, writeWhole } from "../data/index.js";
import type { ExampleBatch } from "../model/index.js";
import { encodePng, toBytes } from "../plot/index.js";
import { rangeText } from "../report/index.js";
import { tensor, UserError } from "../tensor/index.js";
import { note, print } from "./context.js";

/** Whether --out names a folder: one that ends in a slash, or is there. */
export async function isFolderName(out: string): Promise<boolean> {
  if (/[/\\]$/.test(out)) return true;
  return stat(out).then(
    (info) => info.isDirectory(),
    () => false,
  );
}

const ours = /^\d+\.png$/;

/** Throws a UserError for a folder with files in it that are none of ours, among which pictures would be lost. */
async function requireOwn(folder: string): Promise<void> {
  const other = (await readdir(folder)).find((name) => !ours.test(name));
  if (other === undefined) return;
  throw new UserError(
    `--out: the folder ${folder} holds other files, such as ${other}; give an empty or a new one`,
    2,
  );
}

/**
 * Writes pictures into a folder, a PNG each of the size that they have: 00001.png and on. Says where they are. Throws a
 * UserError for examples that are no pictures, and if it can't be written.
 */
export async function savePictures(
  folder: string,
  images: ExampleBatch,
  shape: readonly number[],
): Promise<void> {
  const [height = 0, width = 0] = shape;
  const channels = ([1, 3, 4] as const).find((count) => count === (shape[2] ?? 1));
  if (shape.length < 2 || channels === undefined) {
    throw new UserError("--out: these examples are no pictures; give a name that ends in .npy", 2);
  }
  await requireFolder(folder);
  await requireOwn(folder);
  const [count = 0] = images.shape;
  const size = images.data.length / Math.max(1, count);
  const digits = Math.max(5, String(count).length);
  const { range } = images;
  for (let i = 0; i < count; i++) {
    const one = tensor("float32", [1, ...shape], images.data.subarray(i * size, (i + 1) * size));
    const picture = { width, height, channels, data: toBytes(one, range) };
    await writeWhole(
      path.join(folder, `${String(i + 1).padStart(digits, "0")}.png`),
      await encodePng(picture),
    );
  }
  if (range !== undefined) note(rangeText(range).trim());
  print(folder);
}
