/** A column's cells, each text kept once. */
export interface TextColumn {
  /** Texts that occur; it may grow behind while later chunks are read. */
  readonly texts: readonly string[];
  /** The text of each row by its index; -1 for an empty cell. */
  readonly codes: Int32Array;
}

/** Some rows of a table as text. */
export interface TextTable {
  readonly names: readonly string[];
  /** The number of the first row in the whole table, from 0. */
  readonly first: number;
  readonly rows: number;
  readonly columns: readonly TextColumn[];
}

/** Texts by number. */
export class Dictionary {
  private readonly known = new Map<string, number>();
  readonly texts: string[] = [];

  /** The number of a text, -1 for an empty one. */
  code(text: string): number {
    if (text === "") return -1;
    const found = this.known.get(text);
    if (found !== undefined) return found;
    const code = this.texts.length;
    // a piece cut out of a large text would keep all of it in memory
    const own = text.length > 12 ? ownMemory(text) : text;
    this.known.set(own, code);
    this.texts.push(own);
    return code;
  }
}

/** A text of its own memory. */
function ownMemory(text: string): string {
  return JSON.parse(JSON.stringify(text)) as string;
}

/** Dictionaries are begun anew once they hold so many texts. */
const mostTexts = 40_000;

/** Puts rows of cells into chunks. */
export class TextTableBuilder {
  private dictionaries: Dictionary[];
  private codes: Int32Array[];
  private row = 0;

  constructor(
    private readonly names: readonly string[],
    private readonly chunkRows: number,
    /** The number of the next row in the whole table. */
    private first = 0,
  ) {
    this.dictionaries = names.map(() => new Dictionary());
    this.codes = names.map(() => new Int32Array(chunkRows));
  }

  /** Rows so far, those of earlier chunks among them. */
  get total(): number {
    return this.first + this.row;
  }

  get isFull(): boolean {
    return this.row === this.chunkRows;
  }

  get isEmpty(): boolean {
    return this.row === 0;
  }

  /** The cell of the next row in a column. */
  put(column: number, text: string): void {
    const [codes, dictionary] = [this.codes[column], this.dictionaries[column]];
    if (codes !== undefined && dictionary !== undefined) codes[this.row] = dictionary.code(text);
  }

  endRow(): void {
    this.row++;
  }

  /** The rows since the last chunk; begins the next. */
  take(): TextTable {
    const { row: rows, first, names } = this;
    const columns = names.map((_, i) => ({
      texts: this.dictionaries[i]?.texts ?? [],
      codes: this.codes[i]?.slice(0, rows) ?? new Int32Array(0),
    }));
    this.first += rows;
    this.row = 0;
    this.dictionaries = this.dictionaries.map((one) =>
      one.texts.length > mostTexts ? new Dictionary() : one,
    );
    return { names, first, rows, columns };
  }
}

/** The rows of a chunk that are numbers `from` to `to` - 1 of the whole table. */
export function sliceTable(table: TextTable, from: number, to: number): TextTable {
  const start = Math.max(0, from - table.first);
  const end = Math.min(table.rows, to - table.first);
  const columns = table.columns.map(({ texts, codes }) => ({ texts, codes: codes.slice(start, end) }));
  return { ...table, first: table.first + start, rows: end - start, columns };
}
