import { type FittedTable, type TableColumn, type TextTable } from "../data/portable.js";
import { UserError } from "../tensor/index.js";
import { cellTest, parseTableWhere } from "./where.js";

/** A table's rows as they are read. */
interface ReadTable {
  readonly names: readonly string[];
  chunks(): AsyncIterable<TextTable>;
}

/** What is known of a table's columns: the model's, and texts for those that it doesn't have. */
function described({ schema }: FittedTable, names: readonly string[]): readonly TableColumn[] {
  return names.map((name) => schema.columns.find((column) => column.name === name) ?? { name, kind: "text" });
}

/**
 * Marks of a table's rows, 1 for those that meet conditions on any of its columns, such as `fraud=yes` or `age>=65`, also on columns
 * that the model doesn't have, which are compared as text. `option` is named in errors. Throws a UserError for a column that the table doesn't have,
 * a value that can't be compared with its column, and conditions that no row meets.
 */
export async function markedRows(
  text: string,
  fitted: FittedTable,
  table: ReadTable,
  option: string,
): Promise<Uint8Array> {
  const columns = described(fitted, table.names);
  const schema = { ...fitted.schema, columns };
  const tests = parseTableWhere(text, { schema }, option).map((term) => {
    const { missing = [] } = columns.find(({ name }) => name === term.column) ?? {};
    const holds = cellTest(term, { schema }, option);
    const test = (cell: string): boolean => holds(missing.includes(cell) ? "" : cell, null);
    return { column: term.column, test };
  });
  const parts: Uint8Array[] = [];
  for await (const { names, columns: cells, rows } of table.chunks()) {
    const marks = new Uint8Array(rows).fill(1);
    for (const { column, test } of tests) {
      const { texts = [], codes = [] } = cells[names.indexOf(column)] ?? {};
      const known = new Map<number, boolean>();
      for (let row = 0; row < rows; row++) {
        const code = codes[row] ?? -1;
        const holds = known.get(code) ?? test(texts[code] ?? "");
        known.set(code, holds);
        if (!holds) marks[row] = 0;
      }
    }
    parts.push(marks);
  }
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  if (!all.includes(1)) throw new UserError(`${option}: no row of the table meets "${text}"`, 2);
  return all;
}
