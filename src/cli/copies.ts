import {
  type FittedTable,
  layoutFor,
  openTable,
  readingOfColumn,
  type TableValue,
  valueOf,
} from "../data/index.js";
import { UserError } from "../tensor/index.js";
import { drawnNames } from "./drawn-tables.js";

/** Which rows are copies of a table's. */
export interface Copies {
  /** Whether a generated row equals one of the table's in all columns that the model draws. */
  has(row: Readonly<Record<string, TableValue>>): boolean;
}

/** Reads a table to tell its rows again. Throws a UserError for one that lacks a column that the model draws. */
export async function copiesOf(source: string, fitted: FittedTable): Promise<Copies> {
  const names = drawnNames(fitted);
  const columns = fitted.schema.columns.filter(({ name }) => names.includes(name));
  const readings = columns.map(readingOfColumn);
  const rows = new Set<string>();
  const input = await openTable(source, await layoutFor(source, fitted));
  try {
    const lost = columns.find(({ name }) => !input.names.includes(name));
    if (lost !== undefined)
      throw new UserError(`${input.place} has no column "${lost.name}", which the model has`);
    for await (const table of input.chunks()) {
      const values = columns.map((column, i) => {
        const { texts = [], codes = [] } = table.columns[table.names.indexOf(column.name)] ?? {};
        const known = texts.map((text) => valueOf(text, column, readings[i]));
        return (row: number): TableValue => known[codes[row] ?? -1] ?? null;
      });
      for (let row = 0; row < table.rows; row++) rows.add(JSON.stringify(values.map((of) => of(row))));
    }
  } finally {
    await input.close();
  }
  return { has: (row) => rows.has(JSON.stringify(columns.map(({ name }) => row[name] ?? null))) };
}
