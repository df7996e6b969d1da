import { readFile } from "node:fs/promises";
import { fileError, type Split } from "../data/index.js";
import { UserError } from "../tensor/index.js";

/**
 * What the examples of a table are called: the lines of a file or, without one, their own ids, or row numbers from 0. Throws a UserError
 * unless the file has one line for each.
 */
export async function idsFor(
  file: string | undefined,
  { length, ids }: Pick<Split, "length" | "ids">,
): Promise<(row: number) => string> {
  if (file === undefined) return (row) => ids?.[row] ?? String(row);
  const lines = await idLines(file);
  if (lines.length !== length) {
    throw new UserError(
      `--ids ${file}: has ${lines.length} lines, but there are ${length} examples; give a line for each`,
      2,
    );
  }
  return (row) => lines[row] ?? "";
}

/** The lines of a file of ids. */
export async function idLines(file: string): Promise<string[]> {
  const content = await readFile(file, "utf8").catch((error: unknown) => {
    throw fileError(error, `read ${file}`);
  });
  return content
    .replace(/^\uFEFF/, "")
    .replace(/\r?\n$/, "")
    .split(/\r?\n/);
}
