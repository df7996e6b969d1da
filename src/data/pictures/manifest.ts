import { open, readFile, realpath, stat } from "node:fs/promises";
import { dirname, isAbsolute, join, normalize, sep } from "node:path";
import { suggestion } from "../../catalogue/index.js";
import { UserError } from "../../tensor/index.js";
import type { SplitName } from "../dataset.js";
import { fileError } from "../files.js";
import { isPictureName, type PictureFile, type PictureRow } from "./found.js";
import { partNamed } from "./parts.js";
import { listedPicture } from "./walk.js";

/** The names that a column may have, the first that is there is taken. */
const columns = {
  file: ["file_name", "filename", "file", "path", "image_path", "image"],
  label: ["label", "class", "category", "class_name"],
  caption: ["caption", "text", "description", "prompt"],
  part: ["split", "part", "subset"],
} as const;

/** A manifest in text: a table of pictures, CSV with a header or a JSON object a line. */
interface Line {
  /** The number of the line in the file, from 1. */
  readonly number: number;
  readonly values: Readonly<Record<string, unknown>>;
}

/** A longer manifest is no manifest. */
const mostBytes = 2 ** 28;

/** Whether a name is one of a file that may list pictures. */
export function isManifestName(name: string): boolean {
  return /\.(csv|jsonl|ndjson)$/i.test(name);
}

/** The file in a folder that says what its pictures are, by its name: `metadata.csv` or `metadata.jsonl`. */
export function isMetadataName(name: string): boolean {
  return /^metadata\.(csv|jsonl)$/i.test(name);
}

async function textOf(file: string): Promise<string> {
  try {
    const info = await stat(file);
    if (!info.isFile()) throw new UserError(`${file} is no plain file`);
    if (info.size > mostBytes) throw new UserError(`${file} is larger than a list of pictures can be`);
    return (await readFile(file, "utf8")).replace(/^\uFEFF/, "");
  } catch (cause) {
    throw fileError(cause, `read ${file}`);
  }
}

/** Bytes in which the first line that is looked at must end. */
const headBytes = 2 ** 18;

/** The beginning of a file, which may be of any size. */
async function headOf(file: string): Promise<string> {
  const handle = await open(file, "r");
  try {
    const { buffer, bytesRead } = await handle.read(new Uint8Array(headBytes), 0, headBytes, 0);
    return new TextDecoder().decode(buffer.subarray(0, bytesRead));
  } finally {
    await handle.close();
  }
}

async function csvLines(text: string, file: string, to?: number): Promise<Line[]> {
  const { parse } = await import("csv-parse/browser/esm/sync");
  try {
    const records = parse(text, {
      columns: true,
      info: true,
      skip_empty_lines: true,
      trim: true,
      ...(to !== undefined && { to }),
    }) as unknown as {
      readonly info: { readonly lines: number };
      readonly record: Record<string, string>;
    }[];
    return records.map(({ info, record }) => ({ number: info.lines, values: record }));
  } catch (cause) {
    throw new UserError(`${file}: ${cause instanceof Error ? cause.message : String(cause)}`, 1, { cause });
  }
}

function jsonLines(text: string, file: string): Line[] {
  return text.split("\n").flatMap((line, i) => {
    if (line.trim() === "") return [];
    const fail = (why: string): never => {
      throw new UserError(
        `${file}, line ${i + 1}: ${why}; each line must be a JSON object, such as {"file_name": "a.png"}`,
      );
    };
    try {
      const values = JSON.parse(line) as unknown;
      if (typeof values !== "object" || values === null || Array.isArray(values))
        return fail("it is no object");
      return [{ number: i + 1, values: values as Record<string, unknown> }];
    } catch (cause) {
      if (cause instanceof UserError) throw cause;
      return fail("it is no JSON");
    }
  });
}

async function linesOf(file: string): Promise<Line[]> {
  const text = await textOf(file);
  return /\.csv$/i.test(file) ? csvLines(text, file) : jsonLines(text, file);
}

/** The column of a kind among those that there are, whatever the case of its name. */
function columnOf(names: readonly string[], kind: keyof typeof columns): string | undefined {
  for (const wanted of columns[kind]) {
    const found = names.find((name) => name.trim().toLowerCase() === wanted);
    if (found !== undefined) return found;
  }
  return undefined;
}

const cell = (value: unknown): string | undefined => {
  if (value === undefined || value === null || value === "") return undefined;
  return typeof value === "string" ? value : JSON.stringify(value);
};

/** The first line of a list of pictures, or of another table. */
async function firstLineOf(file: string): Promise<Line | undefined> {
  const text = await headOf(file);
  const [first] = /\.csv$/i.test(file)
    ? await csvLines(text, file, 1)
    : jsonLines(text.trimStart().split("\n", 1)[0] ?? "", file);
  return first;
}

/** Whether a file is a list of pictures, and not another table: its first line names one. */
export async function listsPictures(file: string): Promise<boolean> {
  if (!isManifestName(file)) return false;
  const first = await firstLineOf(file).catch(() => undefined);
  if (first === undefined) return false;
  const column = columnOf(Object.keys(first.values), "file");
  return column !== undefined && isPictureName(cell(first.values[column]) ?? "");
}

/**
 * A name in a manifest as a name below its folder. Throws a UserError that names manifest and line for one that leads out of
 * the folder.
 */
function nameBelow(name: string, place: string): string {
  const path = normalize(name.replaceAll("\\", "/")).split(sep).join("/");
  const leaves = isAbsolute(path) || /^[a-z]:/i.test(path) || path === ".." || path.startsWith("../");
  if (!leaves && !path.includes("\0")) return path.replace(/^\.\//, "");
  throw new UserError(
    `${place}: ${JSON.stringify(name)} leads out of the folder of the list; name pictures by their paths below it`,
  );
}

/**
 * The pictures that a manifest names, in its order, with label, caption and part as its columns say; of those without a part
 * it is that of the folder that they lie in, or `part`.
 *
 * @throws UserError naming manifest and line: no column of files, a file that isn't there or lies elsewhere, labels for some
 * pictures only.
 */
export async function readManifest(file: string, part: SplitName = "train"): Promise<PictureRow[]> {
  const lines = await linesOf(file);
  const names = [...new Set(lines.flatMap(({ values }) => Object.keys(values)))];
  const column = { file: columnOf(names, "file"), label: columnOf(names, "label") };
  const { file: fileColumn } = column;
  if (fileColumn === undefined) {
    throw new UserError(
      `${file} has no column with the pictures' files (${columns.file.join(", ")}); ${suggestion(names[0] ?? "", columns.file)}`,
    );
  }
  if (lines.length === 0) throw new UserError(`${file} names no pictures`);
  const captions = columnOf(names, "caption");
  const parts = columnOf(names, "part");
  const folder = dirname(file);
  const root = await realpath(folder);
  const known = new Map<string, Promise<PictureFile>>();
  const rows: PictureRow[] = [];
  for (const { number, values } of lines) {
    const place = `${file}, line ${number}`;
    const told = cell(values[fileColumn]);
    if (told === undefined) throw new UserError(`${place} has no ${fileColumn}`);
    const name = nameBelow(told, place);
    const found = known.get(name) ?? listedPicture(root, name, `${join(folder, name)} (${place})`);
    known.set(name, found);
    const label = column.label && cell(values[column.label]);
    const caption = captions && cell(values[captions]);
    const own = parts && cell(values[parts]);
    rows.push({
      file: await found,
      part: own === undefined ? (partNamed(name.split("/")[0] ?? "") ?? part) : partOf(own, place),
      ...(label !== undefined && { label }),
      ...(caption !== undefined && { caption }),
    });
  }
  return rows;
}

function partOf(told: string, place: string): SplitName {
  const part = partNamed(told);
  if (part !== undefined) return part;
  throw new UserError(`${place}: "${told}" is no part of the data; it must be train, validation or test`);
}
