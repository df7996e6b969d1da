import { inferColumn } from "./infer.js";
import { decimalsOf } from "./infer-number.js";
import { togetherIn } from "./together.js";
import type { TableColumn, TableFile, TableSchema } from "./schema.js";
import type { ColumnSummary, SampledRows } from "./summary.js";

/** A column of a file of decimal commas whose points can only group thousands. */
function groupedByPoints(column: TableColumn, { texts }: ColumnSummary): boolean {
  return (
    column.decimalMark === undefined &&
    column.thousands === undefined &&
    column.decimals === 3 &&
    texts.some((text) => text.includes(".")) &&
    texts.every((text) => /^[+-]?\d{1,3}(\.\d{3})*$/.test(text) || decimalsOf(text) === 0)
  );
}

/** What a table's columns hold, by their texts, and which of them belong together, by some of its rows. */
export function inferTable(
  summaries: readonly ColumnSummary[],
  sample: SampledRows,
  file: TableFile,
  stored: readonly string[] | undefined,
  notes: readonly string[],
): TableSchema {
  const infer = (comma: boolean) =>
    summaries.map((summary, i) =>
      inferColumn(summary, { comma, ...(stored?.[i] === undefined ? {} : { stored: stored[i] ?? "" }) }),
    );
  let found = infer(file.delimiter === ";");
  if (found.some(({ column }) => column.decimalMark === ",")) {
    found = found.map((one, i) => {
      const summary = summaries[i];
      if (summary === undefined || !groupedByPoints(one.column, summary)) return one;
      const { range, ...rest } = one.column;
      delete rest.leastDecimals;
      const [least = 0, greatest = 0] = range ?? [];
      const column: TableColumn = {
        ...rest,
        kind: least === 0 ? "count" : "integer",
        decimals: 0,
        thousands: ".",
        decimalMark: ",",
        range: [Math.round(least * 1000), Math.round(greatest * 1000)],
      };
      return {
        column,
        notes: [
          ...one.notes,
          `"${column.name}" has points between thousands, as other columns have decimal commas.`,
        ],
      };
    });
  }
  const columns = found.map(({ column }) => column);
  const together = togetherIn(columns, summaries, sample);
  return {
    version: 1,
    columns,
    constraints: together.constraints,
    file,
    notes: [...notes, ...found.flatMap((one) => one.notes), ...together.notes],
  };
}
