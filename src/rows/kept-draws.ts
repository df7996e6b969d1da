import type { FilledText } from "./imputer.js";

interface Chunk {
  readonly rows: Float64Array;
  /** Of each cell its column's place in the list, then the number of each draw's text. */
  readonly codes: Int32Array;
}

/** Draws of filled cells, chunk by chunk, in little memory: four bytes each. */
export class KeptDraws {
  private readonly chunks: Chunk[] = [];
  private readonly columns: FilledText["column"][] = [];
  private readonly numbers = new Map<string, number>();
  private readonly texts: string[] = [];

  constructor(private readonly draws: number) {}

  private number(text: string): number {
    const found = this.numbers.get(text);
    if (found !== undefined) return found;
    this.numbers.set(text, this.texts.length);
    return this.texts.push(text) - 1;
  }

  add(filled: readonly FilledText[]): void {
    const width = this.draws + 1;
    const codes = new Int32Array(filled.length * width);
    for (const [i, { column, draws }] of filled.entries()) {
      let place = this.columns.indexOf(column);
      if (place < 0) place = this.columns.push(column) - 1;
      codes[i * width] = place;
      for (const [k, text] of draws.entries()) codes[i * width + k + 1] = this.number(text);
    }
    this.chunks.push({ rows: Float64Array.from(filled, ({ row }) => row), codes });
  }

  /** The cells of a chunk with the texts of one draw. */
  cells(chunk: number, draw: number): FilledText[] {
    const { rows, codes } = this.chunks[chunk] ?? { rows: [], codes: new Int32Array(0) };
    return Array.from(rows, (row, i) => {
      const at = i * (this.draws + 1);
      const text = this.texts[codes[at + draw + 1] ?? -1] ?? "";
      const column = this.columns[codes[at] ?? -1];
      if (column === undefined) throw new Error(`no cell ${i} in chunk ${chunk}`);
      return { row, column, text, draws: [] };
    });
  }
}
