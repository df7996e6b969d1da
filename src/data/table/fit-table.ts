import { be, requireArgument } from "../../catalogue/index.js";
import { fitFrom } from "./fit.js";
import type { FittedTable } from "./fitted.js";
import { textTableOf, type TableRecord } from "./records.js";
import { checkedTableSchema, type TableSchema } from "./schema.js";
import { FactsBuilder } from "./training-facts.js";

/**
 * What is learned of the training rows of a table: categories, quantiles, scales, how values are missing.
 *
 * @param schema what its columns are, as `inferTableSchema` makes
 * @param rows objects by the columns' names; missing values are null, undefined or empty
 * @throws UserError naming the column and field of a wrong schema, or the column and row of a cell that can't be read
 */
export function fitTable(schema: TableSchema, rows: readonly TableRecord[]): FittedTable {
  requireArgument(
    "fitTable",
    "the schema",
    schema,
    be.having(["version", "columns"], "a table schema, as inferTableSchema makes"),
  );
  requireArgument("fitTable", "rows", rows, {
    expected: 'a list of rows, such as [{ age: 31, city: "Rome" }]',
    ok: (value) => Array.isArray(value) && value.every((row) => typeof row === "object" && row !== null),
  });
  const checked = checkedTableSchema("fitTable: the schema", schema);
  const names = checked.columns.map(({ name }) => name);
  const table = textTableOf(rows, names, checked.columns);
  const builder = new FactsBuilder("the rows", names, checked.file?.delimiter === ";", checked.columns);
  const column = (name: string) =>
    table.columns[table.names.indexOf(name)] ?? { texts: [], codes: new Int32Array(rows.length).fill(-1) };
  builder.add({ ...table, names, columns: names.map(column) });
  return fitFrom(checked, builder.facts());
}
