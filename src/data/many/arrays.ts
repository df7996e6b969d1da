import { basename, dirname } from "node:path";
import { formatShape, sizeOf, tensor, UserError } from "../../tensor/index.js";
import { openNpy } from "../formats/npy.js";
import type { DataArray } from "../formats/format.js";
import type { FoundSet } from "../formats/found-set.js";
import { roomInMemory } from "../number-types.js";
import type { ExampleData, ExampleReader, ExampleSource } from "../source.js";
import { isPattern, type ManyFiles } from "./files.js";

const described = ({ shape, type }: DataArray): string =>
  `${type} numbers of shape ${formatShape(shape.slice(1))} an example`;

/** Throws the UserError for an array that can't stand behind another. */
function requireAlike(first: DataArray, other: DataArray): void {
  if (described(first) === described(other) && first.shape.length === other.shape.length) return;
  throw new UserError(
    `${other.place} holds ${described(other)}, but ${first.place} ${described(first)}: files of one data set must be alike`,
  );
}

/** Sources one behind the other. */
class ManyReader implements ExampleReader {
  private readonly opened = new Map<number, ExampleReader>();
  private readonly starts: readonly number[];

  constructor(private readonly sources: readonly ExampleSource[]) {
    let start = 0;
    this.starts = sources.map(({ shape }) => (start += shape[0] ?? 0) - (shape[0] ?? 0));
  }

  async read(rows: Int32Array, out: ExampleData): Promise<void> {
    const size = rows.length === 0 ? 0 : out.length / rows.length;
    for (const [index, places] of this.byFile(rows)) {
      const start = this.starts[index] ?? 0;
      const own = Int32Array.from(places, (place) => (rows[place] ?? 0) - start);
      const reader = await this.reader(index);
      const [first = 0] = places;
      // all of a run is read where it belongs
      if ((places.at(-1) ?? 0) - first === places.length - 1) {
        await reader.read(own, out.subarray(first * size, (first + places.length) * size));
        continue;
      }
      const room =
        out instanceof Uint8Array ? new Uint8Array(own.length * size) : new Float32Array(own.length * size);
      await reader.read(own, room);
      for (const [i, place] of places.entries())
        out.set(room.subarray(i * size, (i + 1) * size), place * size);
    }
  }

  /** Which of the wanted rows are in each file. */
  private byFile(rows: Int32Array): Map<number, number[]> {
    const found = new Map<number, number[]>();
    for (const [place, row] of rows.entries()) {
      const index = this.fileOf(row);
      const places = found.get(index);
      if (places === undefined) found.set(index, [place]);
      else places.push(place);
    }
    return found;
  }

  private fileOf(row: number): number {
    let [from, to] = [0, this.starts.length];
    while (to - from > 1) {
      const middle = (from + to) >> 1;
      if ((this.starts[middle] ?? 0) <= row) from = middle;
      else to = middle;
    }
    return from;
  }

  /** Opens a file; of many, those that were used longest ago are closed. */
  private async reader(index: number): Promise<ExampleReader> {
    const there = this.opened.get(index);
    if (there !== undefined) {
      this.opened.delete(index);
      this.opened.set(index, there);
      return there;
    }
    const [oldest] = this.opened.keys();
    if (this.opened.size >= mostOpen && oldest !== undefined) {
      await this.opened.get(oldest)?.close();
      this.opened.delete(oldest);
    }
    const source = this.sources[index];
    if (source === undefined) throw new RangeError(`there is no file ${index}`);
    const made = await source.open();
    this.opened.set(index, made);
    return made;
  }

  async close(): Promise<void> {
    for (const reader of this.opened.values()) await reader.close();
    this.opened.clear();
  }
}

/** Files that are open at a time. */
const mostOpen = 64;

/** Arrays of the same examples, one behind the other, as one. Throws a UserError that names one which differs. */
export function joinedArrays(place: string, arrays: readonly DataArray[]): DataArray {
  const [first] = arrays;
  if (first === undefined) throw new Error(`${place} has no arrays`);
  for (const array of arrays) requireAlike(first, array);
  const { type, dtype } = first;
  const shape = [arrays.reduce((sum, array) => sum + (array.shape[0] ?? 0), 0), ...first.shape.slice(1)];
  const packed = arrays.find(({ whole }) => whole !== undefined);
  return {
    place,
    shape,
    type,
    dtype,
    whole: packed?.whole && `holds ${basename(packed.place)}, which ${packed.whole}`,
    source: () => ({
      dtype,
      shape,
      place,
      open: () => Promise.resolve(new ManyReader(arrays.map((array) => array.source()))),
    }),
    async read() {
      const all = roomInMemory(dtype, sizeOf(shape), place);
      let at = 0;
      for (const array of arrays) {
        const { data } = await array.read();
        all.set(data, at);
        at += data.length;
      }
      return all instanceof Uint8Array ? tensor("uint8", shape, all) : tensor("float32", shape, all);
    },
    labels: () => Promise.reject(new UserError(`${place} holds examples, not labels`)),
  };
}

/** The arrays of many files as the training examples of a data set. */
export async function setOfMany({ place, paths }: ManyFiles): Promise<FoundSet> {
  const name = basename((await isPattern(place)) ? dirname(place) : place);
  const open = async (): Promise<DataArray> => {
    const arrays: DataArray[] = [];
    for (const path of paths) arrays.push(await openNpy(path));
    return joinedArrays(place, arrays);
  };
  const notes = [`${paths.length} files are read one behind the other, sorted by name.`];
  return {
    name,
    examples: new Map([["train", { set: name, part: "train", what: "examples", place, open }]]),
    labels: new Map(),
    notes,
  };
}
