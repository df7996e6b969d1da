import type { TableSchema } from "../../data/portable.js";
import { typedTables } from "../table/columns.js";
import { kindsOfColumns, plainTable } from "../table/plain-table.js";
import { columnScores } from "../table/resemblance.js";
import type { TextTable } from "../table/text-table.js";
import { columnPanels } from "./column-panels.js";

/** The columns of real rows beside those of generated ones, both in the schema's formats, as an SVG document. */
export function columnsBeside(real: TextTable, generated: TextTable, schema: TableSchema): string {
  const kinds = kindsOfColumns(schema);
  const { columns } = typedTables(
    plainTable(real, schema),
    plainTable(generated, schema),
    undefined,
    real.columns.map((name) => kinds[name] ?? "cat"),
  );
  return columnPanels(columns, columnScores(columns));
}
