import { UserError } from "../../tensor/index.js";
import { csvLayout, type KnownLayout } from "./csv-layout.js";
import { CsvScanner } from "./csv-scan.js";
import type { TableFile } from "./schema.js";
import { chunkRows, type TableInput, type TablePart } from "./table-input.js";
import { type TextTable, TextTableBuilder } from "./texts.js";

/** A file of text, wherever it lies, unpacked if it is gzipped. */
export interface TextBytes {
  /** Its path or name, for messages. */
  readonly place: string;
  /** What changes when the content does. */
  readonly stamp: string;
  /** The first bytes, and whether that is all. */
  beginning(length: number): Promise<{ readonly bytes: Uint8Array; readonly whole: boolean }>;
  /** All bytes, piece by piece. */
  pieces(): AsyncIterable<Uint8Array>;
  /** What is thrown if it can't be read. */
  failure(cause: unknown): Error;
}

/** How text is encoded. */
export type Encoding = NonNullable<TableFile["encoding"]>;

/** Bytes that are looked at to see how a file is laid out. */
const lookedAt = 1 << 18;

/** What is known of a file before it is read. */
export interface CsvKnown extends KnownLayout {
  readonly encoding?: Encoding;
}

/** The encoding of bytes: what a mark at the beginning says, UTF-8 if they are, else windows-1252. */
export function encodingOf(bytes: Uint8Array, whole: boolean): Encoding {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: !whole });
    return "utf-8";
  } catch {
    return "windows-1252";
  }
}

/** The text of bytes. Throws a UserError that names the place for bytes that are not UTF-8 where they should be. */
export async function* decodedText(
  { place, pieces }: Pick<TextBytes, "place" | "pieces">,
  encoding: Encoding,
): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding, { fatal: encoding === "utf-8" });
  const decoded = (bytes: Uint8Array | undefined): string => {
    try {
      return bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true });
    } catch (cause) {
      throw new UserError(
        `${place} holds bytes that are not UTF-8: save it as UTF-8, or set "encoding": "windows-1252" under "file" in ` +
          "the schema",
        1,
        { cause },
      );
    }
  };
  for await (const bytes of pieces()) yield decoded(bytes);
  yield decoded(undefined);
}

/** Where some rows of a table begin in its file. */
export interface TableMarks {
  readonly rows: number;
  /** Bytes before every so many rows, the first of them row 0; undefined of files that can't be entered in the middle. */
  readonly offsets?: readonly number[];
}

/**
 * Reads text through to see how many rows it has and, where it `enters`, where rows 0, `every`, 2 * `every`, ... begin. The first row is
 * number `before`, that many being in files before this one.
 */
export async function delimitedMarks(
  file: TextBytes,
  known: CsvKnown,
  every: number,
  enters: boolean,
  before = 0,
): Promise<TableMarks> {
  const { file: layout } = await delimitedInput(file, known);
  const { encoding = "utf-8", header, delimiter = ",", bom } = layout;
  const entered = enters && encoding === "utf-8";
  let heading = header !== false;
  let rows = 0;
  const offsets: number[] = [];
  // pieces of which the scanner may still hold something, and how much is before each
  const held: { readonly text: string; readonly chars: number; readonly bytes: number }[] = [];
  const size = (text: string): number => new TextEncoder().encode(text).length;
  const byteAt = (char: number): number => {
    while (held.length > 1 && (held[1]?.chars ?? Infinity) <= char) held.shift();
    const [{ text, chars, bytes } = { text: "", chars: 0, bytes: 0 }] = held;
    return bytes + size(text.slice(0, char - chars));
  };
  const scanner = new CsvScanner(file.place, delimiter, (_cells, _line, start) => {
    if (heading) heading = false;
    else if ((before + rows++) % every === 0 && entered) offsets.push(byteAt(start));
  });
  let [chars, bytes] = [0, bom === true ? 3 : 0];
  try {
    for await (const text of decodedText(file, encoding)) {
      held.push({ text, chars, bytes });
      chars += text.length;
      bytes += size(text);
      scanner.push(text);
      if (held.length > 20) byteAt(scanner.consumed);
    }
    scanner.end();
  } catch (cause) {
    throw file.failure(cause);
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
 * A file of delimited text.
 *
 * @throws UserError naming the file: it can't be read, or holds nothing
 */
export async function delimitedInput(
  file: TextBytes,
  known: CsvKnown = {},
  part?: TablePart,
): Promise<TableInput> {
  const { place } = file;
  try {
    const { bytes, whole } = await file.beginning(lookedAt);
    const encoding = known.encoding ?? encodingOf(bytes, whole);
    const text = new TextDecoder(encoding, { ignoreBOM: true }).decode(bytes, { stream: !whole });
    const tsv = known.delimiter === undefined && /\.(tsv|tab)(\.gz)?$/i.test(place);
    const layout = csvLayout(text, whole, { ...known, ...(tsv ? { delimiter: "\t" } : {}) });
    if (layout === undefined)
      throw new UserError(`${place} is empty: there is neither a heading nor a row in it`);
    const { names, delimiter, newline, header, bom, headings, notes } = layout;
    async function* chunks(): AsyncGenerator<TextTable> {
      const entered = part?.offset !== undefined;
      const builder = new TextTableBuilder(names, chunkRows, entered ? part.first : 0);
      const end = part === undefined ? Infinity : part.first + part.rows;
      const ready: TextTable[] = [];
      let heading = header && !entered;
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
        for await (const piece of decodedText(file, encoding)) {
          scanner.push(piece);
          yield* ready.splice(0);
          if (builder.total >= end) break;
        }
        if (builder.total < end) scanner.end();
      } catch (cause) {
        throw file.failure(cause);
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
        ...(headings && { headings }),
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
      stamp: file.stamp,
      chunks,
      close: () => Promise.resolve(),
    };
  } catch (cause) {
    throw file.failure(cause);
  }
}
