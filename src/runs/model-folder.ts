import path from "node:path";
import { readIfThere, removeWhole, writeWhole } from "../data/index.js";
import { UserError } from "../tensor/index.js";
import { checksumFile, checksums, parseChecksums, verifyChecksums } from "./checksums.js";

const cardName = "model.json";
const weightsName = "weights.safetensors";
/** Files that are not needed to load a model, but must be right where they are there. */
const graphNames = ["encoder.onnx", "decoder.onnx", "classifier.onnx"];

/** What a model is loaded from. */
export interface ModelFiles {
  readonly card: Buffer;
  readonly weights: Buffer;
}

/** Unmakes a folder the one of a model: from now on readers find none in it. */
export function withdrawModel(folder: string): Promise<void> {
  return removeWhole(path.join(folder, cardName));
}

/**
 * Writes a model's files, with their checksums. `model.json`, without which a folder holds no model, goes first and comes
 * last: whenever this is interrupted, a reader finds the former model, none, or the new one.
 */
export async function writeModelFolder(
  folder: string,
  files: Readonly<Record<string, Uint8Array>>,
): Promise<void> {
  const { [cardName]: card, ...others } = files;
  await withdrawModel(folder);
  for (const [name, content] of Object.entries(others)) await writeWhole(path.join(folder, name), content);
  await writeWhole(path.join(folder, checksumFile), checksums(files));
  if (card !== undefined) await writeWhole(path.join(folder, cardName), card);
}

/**
 * The files of the model in a folder, or undefined if there is none, checked against `SHA256SUMS`; a folder without
 * that, as somebody may have copied it, is taken as it is. Throws a UserError that names what is missing or damaged.
 */
export async function readModelFolder(folder: string): Promise<ModelFiles | undefined> {
  for (;;) {
    const card = await readIfThere(path.join(folder, cardName));
    if (card === undefined) return undefined;
    try {
      return await readWith(folder, card);
    } catch (error) {
      // A run that ends just now may have written another model meanwhile.
      const now = await readIfThere(path.join(folder, cardName));
      if (now?.equals(card)) throw error;
    }
  }
}

async function readWith(folder: string, card: Buffer): Promise<ModelFiles> {
  const at = (name: string): string => path.join(folder, name);
  const weights = await readIfThere(at(weightsName));
  if (weights === undefined)
    throw new UserError(`${at(weightsName)} is missing, though ${at(cardName)} is there`);
  const sums = await readIfThere(at(checksumFile));
  if (sums === undefined) return { card, weights };
  const found: Record<string, Buffer> = { [weightsName]: weights, [cardName]: card };
  for (const name of graphNames) {
    const content = await readIfThere(at(name));
    if (content !== undefined) found[name] = content;
  }
  const parsed = parseChecksums(sums.toString("utf8"), at(checksumFile));
  verifyChecksums(parsed, at(checksumFile), found, at);
  return { card, weights };
}
