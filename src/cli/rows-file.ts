import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { fileError, npyHeader } from "../data/index.js";
import { makeParent } from "./commands/shared.js";

/**
 * A table of numbers that is written row by row, as NumPy's `.npy` (float32, [rows, columns]) or `.csv` with the names of
 * the columns on top. It is there whole or not at all: until it is complete it is a part file beside it.
 */
export class RowsFile {
  private constructor(
    private readonly file: string,
    private readonly part: string,
    private readonly handle: FileHandle,
    private readonly columns: readonly string[],
  ) {}

  /**
   * Writes a file of so many rows, which `fill` adds; nothing is left if that fails. Throws a UserError if it can't be
   * written.
   */
  static async write(
    file: string,
    columns: readonly string[],
    rows: number,
    fill: (rows: RowsFile) => Promise<void>,
  ): Promise<void> {
    const made = await RowsFile.create(file, columns);
    try {
      await made.put(made.isNpy ? npyHeader("float32", [rows, columns.length]) : `${columns.join(",")}\n`);
      await fill(made);
    } catch (error) {
      await made.discard();
      throw error;
    }
    await made.close();
  }

  private static async create(file: string, columns: readonly string[]): Promise<RowsFile> {
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

  /** Adds rows, whose numbers stand one after the other. */
  async add(numbers: Float32Array): Promise<void> {
    if (this.isNpy) return this.put(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength));
    const width = this.columns.length;
    const lines: string[] = [];
    for (let at = 0; at < numbers.length; at += width) lines.push(numbers.subarray(at, at + width).join(","));
    await this.put(lines.map((line) => `${line}\n`).join(""));
  }

  /** Completes the file. */
  private async close(): Promise<void> {
    try {
      await this.handle.sync();
      await this.handle.close();
      await rename(this.part, this.file);
    } catch (error) {
      await this.discard();
      throw fileError(error, `write ${this.file}`);
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
