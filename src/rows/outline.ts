import {
  type DecodedRows,
  type FittedTable,
  readingOfColumn,
  type TableColumn,
  type TableValue,
  type TextTable,
  valueOf,
} from "../data/portable.js";
import type { FilledText } from "./imputer.js";

/** The columns of a table that comes out filled. */
export interface Outline {
  /** As the table has them, and behind them those of the model that it lacks. */
  readonly columns: readonly TableColumn[];
  /** The names of the latter. */
  readonly added: readonly string[];
  /** Above which the number of a completed table stands, where there are several. */
  readonly numbering: string;
}

/** A name that no column has. */
export function freeName(name: string, taken: readonly string[]): string {
  let free = name;
  for (let n = 2; taken.includes(free); n++) free = `${name}_${n}`;
  return free;
}

/** @param stored the types that the table's columns are stored as, where they are known */
export function outlineOf(
  { schema }: FittedTable,
  names: readonly string[],
  fillable: readonly string[],
  stored?: readonly string[],
): Outline {
  const added = schema.columns
    .map(({ name }) => name)
    .filter((name) => fillable.includes(name) && !names.includes(name));
  const columns = [...names, ...added].map((name, i): TableColumn => {
    const described = {
      ...(schema.columns.find((column) => column.name === name) ?? { name, kind: "text" as const }),
    };
    delete described.stored;
    const own = stored?.[i];
    return own === undefined ? described : { ...described, stored: own };
  });
  return { columns, added, numbering: freeName("imputation", names) };
}

/** A cell's text as a value of its column, also of one that no model knows. */
export function valueReader(column: TableColumn): (text: string) => TableValue {
  const { stored = "", kind } = column;
  const reading = readingOfColumn(column);
  if (reading === undefined && /^(U?(TINY|SMALL|BIG)INT|U?INTEGER|DOUBLE|FLOAT|DECIMAL.*)$/.test(stored)) {
    return (text) => {
      if (text === "") return null;
      const value = Number(text);
      return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value))
        ? value
        : text;
    };
  }
  if (stored === "BOOLEAN" && kind !== "boolean") return (text) => (text === "" ? null : text === "true");
  return (text) => valueOf(text, column, reading);
}

/** Rows of a chunk with cells filled in: with one text for all draws, or those of one draw, `draw` from 0. */
export function completed(
  table: TextTable,
  filled: readonly FilledText[],
  { columns, numbering }: Outline,
  draw?: number,
): DecodedRows {
  const readers = columns.map(valueReader);
  const places = new Map(columns.map(({ name }, i) => [name, i]));
  const cells = Array.from({ length: table.rows }, (_, row) =>
    columns.map((_, i) => table.columns[i]?.texts[table.columns[i]?.codes[row] ?? -1] ?? ""),
  );
  for (const { row, column, text, draws } of filled) {
    const own = cells[row - table.first];
    const place = places.get(column.name);
    if (own !== undefined && place !== undefined)
      own[place] = draw === undefined ? text : (draws[draw] ?? text);
  }
  const values = cells.map((row) => row.map((text, i) => readers[i]?.(text) ?? null));
  const names = columns.map(({ name }) => name);
  if (draw === undefined) return { names, cells, values };
  return {
    names: [numbering, ...names],
    cells: cells.map((row) => [String(draw + 1), ...row]),
    values: values.map((row) => [draw + 1, ...row]),
  };
}
