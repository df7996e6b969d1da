import { UserError } from "../../tensor/index.js";
import { distinctNames } from "./csv-layout.js";
import { decodedText, type TextBytes } from "./delimited.js";
import { chunkRows, type TableInput } from "./table-input.js";
import { type TextTable, TextTableBuilder } from "./texts.js";

/** A list of objects in one text is read whole, up to so many characters. */
const longestList = 1 << 27;
/** A line may be no longer, in characters. */
const longestLine = 1 << 24;

/** A cell as text, and the type that it is stored as. */
interface JsonCell {
  readonly text: string;
  readonly type: "none" | "BIGINT" | "DOUBLE" | "BOOLEAN" | "VARCHAR";
}

type JsonRow = ReadonlyMap<string, JsonCell>;

const none: JsonCell = { text: "", type: "none" };

/** How a number is written in the text, where the engine tells; else as JavaScript writes it. */
function numberText(value: number, source: string | undefined): string {
  return source ?? String(value);
}

function cellOf(value: unknown, source: string | undefined): JsonCell {
  if (value === null || value === undefined) return none;
  if (typeof value === "number") {
    const text = numberText(value, source);
    return { text, type: /^-?\d+$/.test(text) ? "BIGINT" : "DOUBLE" };
  }
  if (typeof value === "boolean") return { text: String(value), type: "BOOLEAN" };
  return { text: typeof value === "string" ? value : JSON.stringify(value), type: "VARCHAR" };
}

/** An object's cells; `sources` are its numbers as they are written. */
function rowOf(value: unknown, place: string, sources?: ReadonlyMap<string, string>): JsonRow {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new UserError(`${place} is no object; rows are objects, such as {"age": 31, "city": "Rome"}`);
  return new Map(Object.entries(value).map(([name, cell]) => [name, cellOf(cell, sources?.get(name))]));
}

function parsed(
  text: string,
  place: string,
  reviver?: (this: unknown, key: string, value: unknown) => unknown,
): unknown {
  try {
    return JSON.parse(text, reviver);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UserError(`${place} is no JSON (${reason}): mend or remove it`, 1, { cause });
  }
}

/** A line's object, its numbers as they are written where the engine tells that. */
function lineRow(line: string, place: string): JsonRow {
  const written = new Map<unknown, Map<string, string>>();
  const value = parsed(line, place, function (key, one, ...context: unknown[]) {
    const [{ source } = {}] = context as { source?: string }[];
    if (typeof one === "number" && source !== undefined) {
      const own = written.get(this) ?? new Map<string, string>();
      written.set(this, own.set(key, source));
    }
    return one;
  });
  return rowOf(value, place, written.get(value));
}

async function* linesOf(file: TextBytes): AsyncGenerator<readonly [line: string, number: number]> {
  let rest = "";
  let number = 0;
  for await (const piece of decodedText(file, "utf-8")) {
    const lines = (rest + piece).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > longestLine)
      throw new UserError(
        `${file.place}, line ${number + lines.length + 1} is longer than a row can be: write one object a line`,
      );
    for (const line of lines) yield [line, ++number];
  }
  yield [rest, ++number];
}

async function* rowsOf(file: TextBytes, format: "json" | "jsonl"): AsyncGenerator<JsonRow> {
  if (format === "jsonl") {
    for await (const [line, number] of linesOf(file))
      if (line.trim() !== "") yield lineRow(line, `${file.place}, line ${number}`);
    return;
  }
  let text = "";
  for await (const piece of decodedText(file, "utf-8")) {
    text += piece;
    if (text.length > longestList)
      throw new UserError(`${file.place} is too long for one list: write one object a line, as .jsonl`);
  }
  if (text.trim() === "") return;
  const list = parsed(text, file.place);
  for (const [i, row] of (Array.isArray(list) ? list : [list]).entries())
    yield rowOf(row, `${file.place}, row ${i + 1}`);
}

/** The type of all cells of a column. */
function together(a: JsonCell["type"], b: JsonCell["type"]): JsonCell["type"] {
  if (a === b || b === "none") return a;
  if (a === "none") return b;
  const numbers = ["BIGINT", "DOUBLE"];
  return numbers.includes(a) && numbers.includes(b) ? "DOUBLE" : "VARCHAR";
}

/**
 * A file of JSON: an object a line (`jsonl`) or a list of objects. Its columns are all names that occur, in the order in which they
 * do. It is read through once to see them.
 *
 * @throws UserError naming the file and the line: what is no JSON, no object, or nothing at all
 */
export async function jsonInput(file: TextBytes, format: "json" | "jsonl"): Promise<TableInput> {
  const types = new Map<string, JsonCell["type"]>();
  try {
    for await (const row of rowsOf(file, format))
      for (const [name, { type }] of row) types.set(name, together(types.get(name) ?? "none", type));
  } catch (cause) {
    throw file.failure(cause);
  }
  if (types.size === 0) throw new UserError(`${file.place} is empty: there is no row in it`);
  const given = [...types.keys()];
  const { names, notes } = distinctNames(given);
  async function* chunks(): AsyncGenerator<TextTable> {
    const builder = new TextTableBuilder(names, chunkRows);
    try {
      for await (const row of rowsOf(file, format)) {
        for (const [i, name] of given.entries()) builder.put(i, row.get(name)?.text ?? "");
        builder.endRow();
        if (builder.isFull) yield builder.take();
      }
    } catch (cause) {
      throw file.failure(cause);
    }
    if (!builder.isEmpty) yield builder.take();
  }
  return {
    place: file.place,
    file: { format },
    names,
    stored: given.map((name) => {
      const type = types.get(name) ?? "none";
      return type === "none" ? "VARCHAR" : type;
    }),
    notes,
    stamp: file.stamp,
    chunks,
    close: () => Promise.resolve(),
  };
}
