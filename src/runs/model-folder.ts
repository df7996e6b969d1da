import { UserError } from "../tensor/index.js";
import { checksumFile, checksums, parseChecksums, verifyChecksums } from "./checksums.js";
import { type RunPlace, textOf } from "./place/place.js";

const cardName = "model.json";
const weightsName = "weights.safetensors";
/** Files that are not needed to load a model, but must be right where they are there. */
const graphNames = ["encoder.onnx", "decoder.onnx", "classifier.onnx"];

/** What a model is loaded from. */
export interface ModelFiles {
  readonly card: Uint8Array;
  readonly weights: Uint8Array;
}

/** The folder of a model: a place, or one in it. */
export interface ModelPlace {
  readonly place: RunPlace;
  readonly folder: "" | "model";
}

const within = ({ folder }: ModelPlace, name: string): string => (folder === "" ? name : `${folder}/${name}`);

/** Unmakes a folder the one of a model: from now on readers find none in it. */
export function withdrawModel(model: ModelPlace): Promise<void> {
  return model.place.removeWhole(within(model, cardName));
}

/**
 * Writes a model's files, with their checksums. `model.json`, without which a folder holds no model, goes first and comes
 * last: whenever this is interrupted, a reader finds the former model, none, or the new one.
 */
export async function writeModelFolder(
  model: ModelPlace,
  files: Readonly<Record<string, Uint8Array>>,
): Promise<void> {
  const { [cardName]: card, ...others } = files;
  const { place } = model;
  await withdrawModel(model);
  for (const [name, content] of Object.entries(others)) await place.writeWhole(within(model, name), content);
  await place.writeWhole(within(model, checksumFile), await checksums(files, place.sha256));
  if (card !== undefined) await place.writeWhole(within(model, cardName), card);
}

/**
 * The files of the model in a folder, or undefined if there is none, checked against `SHA256SUMS`; a folder without
 * that, as somebody may have copied it, is taken as it is. Throws a UserError that names what is missing or damaged.
 */
export async function readModelFolder(model: ModelPlace): Promise<ModelFiles | undefined> {
  const readCard = (): Promise<Uint8Array | undefined> => model.place.read(within(model, cardName));
  for (;;) {
    const card = await readCard();
    if (card === undefined) return undefined;
    try {
      return await readWith(model, card);
    } catch (error) {
      // A run that ends just now may have written another model meanwhile.
      const now = await readCard();
      if (now !== undefined && same(now, card)) throw error;
    }
  }
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

async function readWith(model: ModelPlace, card: Uint8Array): Promise<ModelFiles> {
  const { place } = model;
  const read = (name: string): Promise<Uint8Array | undefined> => place.read(within(model, name));
  const pathOf = (name: string): string => place.at(within(model, name));
  const weights = await read(weightsName);
  if (weights === undefined)
    throw new UserError(`${pathOf(weightsName)} is missing, though ${pathOf(cardName)} is there`);
  const sums = await read(checksumFile);
  if (sums === undefined) return { card, weights };
  const found: Record<string, Uint8Array> = { [weightsName]: weights, [cardName]: card };
  for (const name of graphNames) {
    const content = await read(name);
    if (content !== undefined) found[name] = content;
  }
  const parsed = parseChecksums(textOf(sums), pathOf(checksumFile));
  await verifyChecksums(parsed, pathOf(checksumFile), found, { pathOf, sha256: place.sha256 });
  return { card, weights };
}
