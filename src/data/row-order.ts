/** The most rows that one order may hold. */
export const mostRows = 2 ** 21;

/** Rows of a file that are read in one piece, as places in the order. */
export interface Run {
  /** First and last row in the file. */
  readonly first: number;
  readonly last: number;
  /** Places in the order, `end` excluded. */
  readonly begin: number;
  readonly end: number;
  /** Whether the rows are wanted just as they lie in the file, so that they can be read to where they go. */
  readonly direct: boolean;
}

/**
 * Wanted rows in the order in which they lie in the file, each with its place among the wanted, and how to read them
 * in few pieces: a call costs as much as copying some thousand bytes, so rows that lie close are read together.
 */
export class RowOrder {
  /** Ascending. */
  readonly rows: Int32Array;
  /** Of each of them, its place among the wanted. */
  readonly places: Int32Array;
  private next = 0;

  /** `gap`: rows at most this far apart are read together; `span`: the most rows from a piece's first to its last. */
  constructor(
    rows: Int32Array,
    private readonly gap: number,
    private readonly span: number,
  ) {
    if (rows.length > mostRows) throw new RangeError(`at most ${mostRows} rows can be put in order`);
    const { length } = rows;
    const keys = new Float64Array(length);
    for (let i = 0; i < length; i++) keys[i] = (rows[i] ?? 0) * mostRows + i;
    keys.sort();
    this.rows = new Int32Array(length);
    this.places = new Int32Array(length);
    for (let i = 0; i < length; i++) {
      const key = keys[i] ?? 0;
      const row = Math.floor(key / mostRows);
      this.rows[i] = row;
      this.places[i] = key - row * mostRows;
    }
  }

  /** The next piece to read, or undefined if all have been handed out. */
  take(): Run | undefined {
    const { rows, places, next: begin } = this;
    if (begin >= rows.length) return undefined;
    const first = rows[begin] ?? 0;
    let last = first;
    let place = places[begin] ?? 0;
    let direct = true;
    let end = begin + 1;
    for (; end < rows.length; end++) {
      const row = rows[end] ?? 0;
      if (row - last > this.gap || row - first >= this.span) break;
      const at = places[end] ?? 0;
      direct &&= row === last + 1 && at === place + 1;
      [last, place] = [row, at];
    }
    this.next = end;
    return { first, last, begin, end, direct };
  }
}
