import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { fileError } from "../data/index.js";
import { makeParent } from "./commands/shared.js";

function lineOf(cells: readonly (string | number)[]): string {
  const texts = cells.map((cell) => {
    const text = String(cell);
    return /[",\n\r]|^ | $/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  });
  return `${texts.join(",")}\n`;
}

/** A .csv file that is written while something else goes on. It is there once it is whole. */
export class CsvFile {
  private constructor(
    private readonly path: string,
    private readonly part: string,
    private readonly file: FileHandle,
  ) {}

  /** Begins a file. Throws a UserError that names it if it can't be written. */
  static async begin(path: string, names: readonly string[]): Promise<CsvFile> {
    await makeParent(path);
    const part = `${path}.part-${process.pid}`;
    try {
      const made = new CsvFile(path, part, await open(part, "w"));
      await made.add([names]);
      return made;
    } catch (cause) {
      throw fileError(cause, `write ${path}`);
    }
  }

  /** Adds lines, quoted where they must be. */
  async add(lines: readonly (readonly (string | number)[])[]): Promise<void> {
    try {
      await this.file.writeFile(lines.map(lineOf).join(""));
    } catch (cause) {
      throw fileError(cause, `write ${this.path}`);
    }
  }

  /** Completes the file. */
  async finish(): Promise<void> {
    try {
      await this.file.sync();
      await this.file.close();
      await rename(this.part, this.path);
    } catch (cause) {
      throw fileError(cause, `write ${this.path}`);
    }
  }

  /** Leaves nothing behind. */
  async discard(): Promise<void> {
    await this.file.close().catch(() => undefined);
    await rm(this.part, { force: true }).catch(() => undefined);
  }
}
