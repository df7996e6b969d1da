import type { TextColumn, TextTable } from "./texts.js";

/** Texts of a column that are counted one by one. */
export const mostCounted = 150_000;

/** What a column's cells are: its texts and how often each occurs. */
export interface ColumnSummary {
  readonly name: string;
  /** All texts, or the first `mostCounted` that occurred. */
  readonly texts: readonly string[];
  readonly counts: readonly number[];
  /** The row in which each occurred first, from 0. */
  readonly firstRows: readonly number[];
  /** Rows, and those of them whose cell is empty. */
  readonly rows: number;
  readonly empty: number;
  /** Rows whose text is none of `texts`. */
  readonly uncounted: number;
  /** What was found of these, if anything was looked for. */
  readonly late?: LateTexts;
}

/** Of texts that come once there are too many to count: their numbers' limits, and the first that is no number. */
export interface LateTexts {
  add(text: string, row: number): void;
  /** Of the numbers; of none, Infinity and -Infinity. */
  readonly least: number;
  readonly greatest: number;
  /** The fewest and the most decimals of the numbers, of none Infinity and 0; undefined if one has an exponent. */
  readonly decimals: readonly [fewest: number, most: number] | undefined;
  /** The greatest number that the last digits of a text make, as of `C-0042`; -1 of none. */
  readonly count: number;
  readonly stray?: { readonly text: string; readonly row: number };
}

/** Counts a column's texts. */
export class ColumnCounter implements ColumnSummary {
  private readonly known = new Map<string, number>();
  readonly texts: string[] = [];
  readonly counts: number[] = [];
  readonly firstRows: number[] = [];
  rows = 0;
  empty = 0;
  uncounted = 0;

  late?: LateTexts;

  /** `whenFull` makes what looks at texts that come once there are too many to count them all. */
  constructor(
    readonly name: string,
    private readonly whenFull: (summary: ColumnSummary) => LateTexts | undefined = () => undefined,
  ) {}

  /** Counts some rows; `wanted` says which of the chunk, default all. */
  add({ texts, codes }: TextColumn, first: number, wanted?: Uint8Array): void {
    const tally = new Map<number, [count: number, row: number]>();
    for (let i = 0; i < codes.length; i++) {
      if (wanted !== undefined && wanted[i] !== 1) continue;
      this.rows++;
      const code = codes[i] as number;
      if (code < 0) {
        this.empty++;
        continue;
      }
      const found = tally.get(code);
      if (found === undefined) tally.set(code, [1, first + i]);
      else found[0]++;
    }
    for (const [code, [count, row]] of tally) this.count(texts[code] ?? "", count, row);
  }

  private count(text: string, count: number, row: number): void {
    const at = this.known.get(text);
    if (at !== undefined) {
      this.counts[at] = (this.counts[at] ?? 0) + count;
    } else if (this.texts.length < mostCounted) {
      this.known.set(text, this.texts.length);
      this.texts.push(text);
      this.counts.push(count);
      this.firstRows.push(row);
    } else {
      if (this.uncounted === 0) {
        const late = this.whenFull(this);
        if (late !== undefined) this.late = late;
      }
      this.uncounted += count;
      this.late?.add(text, row);
    }
  }
}

/** The most and the fewest cells of a sample, if there are so many. */
const mostCells = 1_000_000;

/** A pseudo-random order of rows, the same for every reading. */
function priority(row: number): number {
  let h = Math.imul(row ^ (row >>> 15) ^ 0x5bd1e995, 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  h = Math.imul(h ^ (h >>> 15), 0x9e3779b1);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Some rows of a table, by column. */
export interface SampledRows {
  readonly rows: number;
  column(index: number): string[];
  of(places: readonly number[]): SampledRows;
}

/** Rows drawn evenly out of all that are added, which many does not depend on how they come; all, while they are few. */
export class RowSample implements SampledRows {
  private limit = 2 ** 32;
  private readonly most: number;
  private chosen: { readonly at: number; readonly cells: readonly string[] }[] = [];

  constructor(readonly names: readonly string[]) {
    this.most = Math.max(2_000, Math.min(100_000, Math.floor(mostCells / Math.max(1, names.length))));
  }

  add({ columns, first, rows }: TextTable, wanted?: Uint8Array): void {
    for (let i = 0; i < rows; i++) {
      if (wanted !== undefined && wanted[i] !== 1) continue;
      const at = priority(first + i);
      if (at >= this.limit) continue;
      this.chosen.push({ at, cells: columns.map(({ texts, codes }) => texts[codes[i] ?? -1] ?? "") });
      if (this.chosen.length <= this.most) continue;
      this.limit /= 2;
      this.chosen = this.chosen.filter((one) => one.at < this.limit);
    }
  }

  get rows(): number {
    return this.chosen.length;
  }

  /** The same rows with some columns, by their places. */
  of(places: readonly number[]): SampledRows {
    const of = (more: readonly number[]): SampledRows => this.of(more.map((place) => places[place] ?? -1));
    return { rows: this.rows, column: (index) => this.column(places[index] ?? -1), of };
  }

  /** The texts of a column in the rows drawn, in their order; empty for none. */
  column(index: number): string[] {
    return this.chosen.map(({ cells }) => cells[index] ?? "");
  }
}
