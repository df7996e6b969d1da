import { RandomStream } from "../../tensor/index.js";

/** Which rows are held out: those drawn, or in each stretch of rows one. */
export interface HeldRows {
  /** Marks of some rows, 1 for those to learn from. */
  wanted(first: number, rows: number): Uint8Array;
}

/** `count` of `rows` rows, drawn with a seed. */
export function drawnRows(rows: number, count: number, seed: number | bigint): HeldRows {
  const held = new Set(new RandomStream(seed, "hold-out").permutation(rows).subarray(rows - count));
  return {
    wanted: (first, length) => Uint8Array.from({ length }, (_, i) => (held.has(first + i) ? 0 : 1)),
  };
}

/** One row in each stretch of 1 / `share`, drawn with a seed: what can be told before the rows are counted. */
export function scatteredRows(share: number, seed: number | bigint): HeldRows {
  const stream = new RandomStream(seed, "hold-out", "stretches");
  return {
    wanted(first, length) {
      const marks = new Uint8Array(length).fill(1);
      const from = Math.floor(first * share);
      const to = Math.floor((first + length) * share);
      const places = stream.uniform(new Float64Array(to - from + 1), from);
      for (let stretch = from; stretch <= to; stretch++) {
        const [begin, end] = [Math.ceil(stretch / share), Math.ceil((stretch + 1) / share)];
        const row = begin + Math.floor((places[stretch - from] ?? 0) * (end - begin)) - first;
        if (row >= 0 && row < length) marks[row] = 0;
      }
      return marks;
    },
  };
}
