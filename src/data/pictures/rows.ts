import { sizeOf, tensor } from "../../tensor/index.js";
import type { Split } from "../dataset.js";
import { fileSource } from "../row-file.js";
import { allocateShared } from "../shared.js";
import type { ExampleSource } from "../source.js";
import { derived, streamedSplit } from "../streamed.js";
import type { CachedPictures } from "./cache.js";
import type { KnownOfPictures } from "./divide.js";

/** Decoded pictures by their places in the file: of those asked for, in their order. */
export function chosenPictures(
  { path, shape }: CachedPictures,
  places: Int32Array,
  shown: string,
): ExampleSource {
  const all = fileSource({ path, place: shown, offset: 0, shape, stored: "uint8", bigEndian: false });
  const own = [places.length, ...shape.slice(1)];
  return derived(all, { shape: own }, (reader, rows, out) => {
    const bad = rows.find((row) => row < 0 || row >= places.length);
    if (bad !== undefined)
      throw new RangeError(`${shown} has ${places.length} examples, and no number ${bad}`);
    return reader.read(
      rows.map((row) => places[row] ?? 0),
      out,
    );
  });
}

/** Examples as a part of a data set: streamed, or read into memory. */
export async function partOf(
  source: ExampleSource,
  streams: boolean,
  known: KnownOfPictures,
): Promise<Split> {
  const { labels, ids, captions } = known;
  const beside = { ids, ...(captions !== undefined && { captions }) };
  if (streams) return { ...streamedSplit(source, labels), ...beside };
  const [length = 0] = source.shape;
  const data = allocateShared("uint8", sizeOf(source.shape));
  const reader = await source.open();
  try {
    await reader.read(
      Int32Array.from({ length }, (_, i) => i),
      data,
    );
  } finally {
    await reader.close();
  }
  return { length, examples: tensor("uint8", source.shape, data), ...(labels && { labels }), ...beside };
}
