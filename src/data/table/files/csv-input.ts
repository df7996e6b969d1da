import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { createGunzip, gunzipSync } from "node:zlib";
import { UserError } from "../../../tensor/index.js";
import { fileError } from "../../files.js";
import { csvLayout, type KnownLayout } from "../csv-layout.js";
import { CsvScanner } from "../csv-scan.js";
import type { TableFile } from "../schema.js";
import { type TextTable, TextTableBuilder } from "../texts.js";
import { chunkRows, type TableInput, type TablePart } from "./table-input.js";

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

async function* textOf(path: string, packed: boolean, encoding: Encoding, start = 0): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding, { fatal: encoding === "utf-8" });
  const raw = createReadStream(path, { highWaterMark: 1 << 20, start });
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

/** Where some rows of a table begin in its file. */
export interface TableMarks {
  readonly rows: number;
  /** Bytes before every so many rows, the first of them row 0; undefined of files that can't be entered in the middle. */
  readonly offsets?: readonly number[];
}

/** Reads a file through to see how many rows it has and where rows 0, `every`, 2 * `every`, ... begin. */
export async function csvMarks(path: string, known: CsvKnown, every: number): Promise<TableMarks> {
  const packed = /\.gz$/i.test(path);
  const { bytes, whole } = await beginning(path, packed);
  const encoding = known.encoding ?? encodingOf(bytes, whole);
  const { file } = await csvInput(path, known);
  const entered = !packed && encoding === "utf-8";
  let heading = file.header !== false;
  let rows = 0;
  const offsets: number[] = [];
  // pieces of which the scanner may still hold something, and how much is before each
  const held: { readonly text: string; readonly chars: number; readonly bytes: number }[] = [];
  const byteAt = (char: number): number => {
    while (held.length > 1 && (held[1]?.chars ?? Infinity) <= char) held.shift();
    const [{ text, chars, bytes: before } = { text: "", chars: 0, bytes: 0 }] = held;
    return before + Buffer.byteLength(text.slice(0, char - chars));
  };
  const scanner = new CsvScanner(path, file.delimiter ?? ",", (_, __, start) => {
    if (heading) heading = false;
    else if (rows++ % every === 0 && entered) offsets.push(byteAt(start));
  });
  let [chars, size] = [0, file.bom === true ? 3 : 0];
  try {
    for await (const text of textOf(path, packed, encoding)) {
      held.push({ text, chars, bytes: size });
      chars += text.length;
      size += Buffer.byteLength(text);
      scanner.push(text);
      if (held.length > 20) byteAt(scanner.consumed);
    }
    scanner.end();
  } catch (cause) {
    throw fileError(cause, `read ${path}`);
  }
  return entered ? { rows, offsets } : { rows };
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
export async function csvInput(path: string, known: CsvKnown = {}, part?: TablePart): Promise<TableInput> {
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
      const { offset } = part ?? {};
      const builder = new TextTableBuilder(names, chunkRows, offset === undefined ? 0 : part?.first);
      const end = part === undefined ? Infinity : part.first + part.rows;
      const ready: TextTable[] = [];
      let heading = header && offset === undefined;
      const scanner = new CsvScanner(place, delimiter, (cells, line) => {
        if (heading) {
          heading = false;
          return;
        }
        if (cells.length !== names.length) requireCells(place, line, cells, names);
        if (builder.total >= end) return;
        for (let i = 0; i < names.length; i++) builder.put(i, cells[i] ?? "");
        builder.endRow();
        if (builder.isFull) ready.push(builder.take());
      });
      try {
        for await (const piece of textOf(path, packed, encoding, offset)) {
          scanner.push(piece);
          yield* ready.splice(0);
          if (builder.total >= end) break;
        }
        if (builder.total < end) scanner.end();
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
