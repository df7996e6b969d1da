import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { fileError, headText, npyHeader, rowsText } from "../data/index.js";
import { makeParent } from "./commands/shared.js";
import { parquetFromCsv, requireDuckDb } from "./parquet.js";

/** What stands in a table's columns. */
export interface TableColumns {
  readonly numbers: readonly string[];
  /** Columns of text behind the numbers; a `.npy` file has none. Default none. */
  readonly texts?: readonly string[];
  /** Of a `.npy` file, the shape in place of [rows, columns]. */
  readonly shape?: readonly number[];
}

/**
 * A table that is written row by row, as NumPy's `.npy` (float32, [rows, columns], numbers only), or as `.csv` or `.parquet` with the
 * names of the columns. It is there whole or not at all: until it is complete it is a part file beside it.
 */
export class RowsFile {
  private constructor(
    private readonly file: string,
    private readonly part: string,
    private readonly handle: FileHandle,
    private readonly columns: TableColumns,
  ) {}

  /**
   * Writes a file of so many rows, which `fill` adds; nothing is left if that fails. Throws a UserError if it can't be
   * written, and for `.parquet` if DuckDB is not installed.
   */
  static async write(
    file: string,
    columns: TableColumns,
    rows: number,
    fill: (rows: RowsFile) => Promise<void>,
  ): Promise<void> {
    const made = await RowsFile.create(file, columns);
    const { numbers, texts = [] } = columns;
    try {
      await made.put(
        made.isNpy
          ? npyHeader("float32", columns.shape ?? [rows, numbers.length])
          : headText([...numbers, ...texts]),
      );
      await fill(made);
    } catch (error) {
      await made.discard();
      throw error;
    }
    await made.close();
  }

  private static async create(file: string, columns: TableColumns): Promise<RowsFile> {
    if (isParquet(file)) await requireDuckDb(file);
    await makeParent(file);
    const part = `${file}.part-${process.pid}`;
    const handle = await open(part, "w").catch((error: unknown) => {
      throw fileError(error, `write ${file}`);
    });
    return new RowsFile(file, part, handle, columns);
  }

  private get isNpy(): boolean {
    return /\.npy$/i.test(this.file);
  }

  /** Adds rows, whose numbers stand one after the other, and the texts of each. */
  async add(numbers: Float32Array, texts: readonly (readonly string[])[] = []): Promise<void> {
    if (this.isNpy) return this.put(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength));
    await this.put(rowsText(numbers, this.columns.numbers.length, texts));
  }

  /** Adds rows as they stand in the file, such as `rowsText` or numbers as bytes. */
  addRaw(content: Uint8Array): Promise<void> {
    return this.put(content);
  }

  /** Completes the file. */
  private async close(): Promise<void> {
    try {
      await this.handle.sync();
      await this.handle.close();
      if (isParquet(this.file)) await this.becomeParquet();
      await rename(this.part, this.file);
    } catch (error) {
      await this.discard();
      throw fileError(error, `write ${this.file}`);
    }
  }

  private async becomeParquet(): Promise<void> {
    const csv = `${this.part}.csv`;
    await rename(this.part, csv);
    try {
      await parquetFromCsv(csv, this.part, this.columns.numbers);
    } finally {
      await rm(csv, { force: true });
    }
  }

  /** Gives up what was written. */
  private async discard(): Promise<void> {
    await this.handle.close().catch(() => undefined);
    await rm(this.part, { force: true }).catch(() => undefined);
  }

  private async put(content: Uint8Array | string): Promise<void> {
    try {
      await this.handle.writeFile(content);
    } catch (error) {
      throw fileError(error, `write ${this.file}`);
    }
  }
}

function isParquet(file: string): boolean {
  return /\.parquet$/i.test(file);
}
