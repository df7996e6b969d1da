import type { Split } from "../dataset.js";
import { allocateShared } from "../shared.js";
import { tensor } from "../../tensor/index.js";
import { TableEncoder } from "./encode.js";
import type { FittedTable } from "./fitted.js";
import type { HeldRows } from "./held-rows.js";
import type { TextTable } from "./texts.js";

/** Rows to encode: a table's chunks, and which rows are held out. */
export interface RowsToEncode {
  readonly place: string;
  readonly fitted: FittedTable;
  readonly chunks: () => AsyncIterable<TextTable> | Iterable<TextTable>;
  readonly held: HeldRows;
}

/** Where a part's rows go. */
export type Sink = (rows: Float32Array) => Promise<void> | void;

/** Encodes all rows, those to learn from into the first of two sinks, those held out into the second. */
export async function encodeInto(
  { place, fitted, chunks, held }: RowsToEncode,
  [train, other]: readonly [Sink, Sink],
): Promise<void> {
  const encoder = new TableEncoder(fitted, place);
  const { size } = encoder;
  for await (const table of chunks()) {
    const all = new Float32Array(table.rows * size);
    encoder.encode(table, all);
    const wanted = held.wanted(table.first, table.rows);
    const count = wanted.reduce((sum, one) => sum + one, 0);
    const [kept, out] = [new Float32Array(count * size), new Float32Array((table.rows - count) * size)];
    let [k, o] = [0, 0];
    for (let row = 0; row < table.rows; row++) {
      const numbers = all.subarray(row * size, (row + 1) * size);
      if (wanted[row] === 1) kept.set(numbers, size * k++);
      else out.set(numbers, size * o++);
    }
    await train(kept);
    await other(out);
  }
}

/** Both parts in memory. */
export async function encodeInMemory(
  rows: RowsToEncode,
  sizes: readonly [number, number],
): Promise<[Split, Split]> {
  const { size } = new TableEncoder(rows.fitted, rows.place);
  const parts = sizes.map((length) => allocateShared("float32", length * size));
  const ends = [0, 0];
  const sink =
    (part: 0 | 1): Sink =>
    (numbers) => {
      parts[part]?.set(numbers, ends[part]);
      ends[part] = (ends[part] ?? 0) + numbers.length;
    };
  await encodeInto(rows, [sink(0), sink(1)]);
  const split = (part: 0 | 1): Split => {
    const length = sizes[part];
    return { length, examples: tensor("float32", [length, size], parts[part] ?? new Float32Array(0)) };
  };
  return [split(0), split(1)];
}
