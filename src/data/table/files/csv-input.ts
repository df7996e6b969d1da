import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { createGunzip, gunzipSync } from "node:zlib";
import { UserError } from "../../../tensor/index.js";
import { fileError } from "../../files.js";
import { csvLayout, type KnownLayout } from "../csv-layout.js";
import { CsvScanner } from "../csv-scan.js";
import type { TableFile } from "../schema.js";
import { type TextTable, TextTableBuilder } from "../texts.js";
import { chunkRows, type TableInput } from "./table-input.js";

type Encoding = NonNullable<TableFile["encoding"]>;

/** Bytes that are looked at to see how a file is laid out. */
const lookedAt = 1 << 18;

/** What is known of a file before it is read. */
export interface CsvKnown extends KnownLayout {
  readonly encoding?: Encoding;
}

function encodingOf(bytes: Buffer, whole: boolean): Encoding {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: !whole });
    return "utf-8";
  } catch {
    return "windows-1252";
  }
}

async function beginning(path: string, packed: boolean): Promise<{ bytes: Buffer; whole: boolean }> {
  const file = await open(path, "r");
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(lookedAt), 0, lookedAt, 0);
    const raw = buffer.subarray(0, bytesRead);
    if (!packed) return { bytes: raw, whole: bytesRead < lookedAt };
    const bytes = gunzipSync(raw, { finishFlush: 2, maxOutputLength: 1 << 26 }).subarray(0, lookedAt);
    return { bytes, whole: bytesRead < lookedAt && bytes.length < lookedAt };
  } finally {
    await file.close();
  }
}

async function* textOf(path: string, packed: boolean, encoding: Encoding): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding, { fatal: encoding === "utf-8" });
  const raw = createReadStream(path, { highWaterMark: 1 << 20 });
  const unpacked = packed ? createGunzip({ chunkSize: 1 << 20 }) : undefined;
  if (unpacked !== undefined) {
    raw.on("error", (error) => unpacked.destroy(error));
    raw.pipe(unpacked);
  }
  const decoded = (bytes: Buffer | undefined): string => {
    try {
      return bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true });
    } catch (cause) {
      throw new UserError(
        `${path} holds bytes that are not UTF-8: save it as UTF-8, or set "encoding": "windows-1252" under "file" in ` +
          "the schema",
        1,
        { cause },
      );
    }
  };
  try {
    for await (const bytes of unpacked ?? raw) yield decoded(bytes as Buffer);
    yield decoded(undefined);
  } finally {
    raw.destroy();
    unpacked?.destroy();
  }
}

/** Throws the UserError for a record of another number of cells than there are columns. */
function requireCells(place: string, line: number, cells: readonly string[], names: readonly string[]): void {
  const surplus = cells.slice(names.length);
  if (cells.length >= names.length && surplus.every((cell) => cell.trim() === "")) return;
  throw new UserError(
    `${place}, line ${line}: there are ${cells.length} cells, but ${names.length} columns; give each column a cell, ` +
      "empty ones too, and put cells that hold the delimiter in quotes",
  );
}

/**
 * A file of delimited text, gzipped (`.gz`) or not.
 *
 * @throws UserError naming the file: it can't be read, or holds nothing
 */
export async function csvInput(path: string, known: CsvKnown = {}): Promise<TableInput> {
  const packed = /\.gz$/i.test(path);
  try {
    const { size, mtimeMs } = await stat(path);
    const { bytes, whole } = await beginning(path, packed);
    const encoding = known.encoding ?? encodingOf(bytes, whole);
    const text = new TextDecoder(encoding, { ignoreBOM: true }).decode(bytes, { stream: !whole });
    const tsv = known.delimiter === undefined && /\.(tsv|tab)(\.gz)?$/i.test(path);
    const layout = csvLayout(text, whole, { ...known, ...(tsv ? { delimiter: "\t" } : {}) });
    if (layout === undefined)
      throw new UserError(`${path} is empty: there is neither a heading nor a row in it`);
    const { names, delimiter, newline, header, bom, notes } = layout;
    const place = path;
    async function* chunks(): AsyncGenerator<TextTable> {
      const builder = new TextTableBuilder(names, chunkRows);
      const ready: TextTable[] = [];
      let heading = header;
      const scanner = new CsvScanner(place, delimiter, (cells, line) => {
        if (heading) {
          heading = false;
          return;
        }
        if (cells.length !== names.length) requireCells(place, line, cells, names);
        for (let i = 0; i < names.length; i++) builder.put(i, cells[i] ?? "");
        builder.endRow();
        if (builder.isFull) ready.push(builder.take());
      });
      try {
        for await (const piece of textOf(path, packed, encoding)) {
          scanner.push(piece);
          yield* ready.splice(0);
        }
        scanner.end();
      } catch (cause) {
        throw fileError(cause, `read ${path}`);
      }
      yield* ready.splice(0);
      if (!builder.isEmpty) yield builder.take();
    }
    return {
      place,
      file: {
        format: delimiter === "\t" ? "tsv" : "csv",
        delimiter,
        header,
        ...(newline === "\n" ? {} : { newline }),
        ...(bom ? { bom } : {}),
        ...(encoding === "utf-8" ? {} : { encoding }),
      },
      names,
      notes: [
        ...notes,
        ...(encoding === "windows-1252" && known.encoding === undefined
          ? [
              `The file is not UTF-8 and is read as windows-1252 (Latin-1); see that letters such as ä are right.`,
            ]
          : []),
      ],
      stamp: `${path} ${size} ${mtimeMs}`,
      chunks,
      close: () => Promise.resolve(),
    };
  } catch (cause) {
    throw fileError(cause, `read ${path}`);
  }
}
