import { be, type ModelColumn, requireArgument } from "../../catalogue/index.js";
import { type FittedTable, type InsideColumn, isInside } from "./fitted.js";

/** A fitted table, where a function takes one. */
export const aFittedTable = be.having(["version", "schema", "columns"], "a fitted table, as fitTable makes");

/** How many choices a gate has: any other, the atoms, missing. */
export function gateSize(column: Exclude<InsideColumn, { as: "choices" | "combined" }>): number {
  const { atoms, missing } = column;
  return atoms === undefined && missing === undefined
    ? 0
    : 1 + (atoms?.values.length ?? 0) + (missing === undefined ? 0 : 1);
}

/** The numbers of one column of a table. */
export function ownColumns(column: InsideColumn, start: number): ModelColumn[] {
  const { name } = column;
  if (column.as === "combined") {
    const { choices, texts } = column;
    return [{ name, of: "categorical", size: choices + (texts.length > choices ? 1 : 0) }];
  }
  if (column.as === "choices") {
    const { of, texts, points, rare, missing } = column;
    const size = texts.length + (rare === undefined ? 0 : 1) + (missing === undefined ? 0 : 1);
    return [
      {
        name,
        of: of === "bernoulli" && size !== 2 ? "categorical" : of,
        size,
        ...(points === undefined
          ? {}
          : { points: [...points, ...Array<number>(size - points.length).fill(0)] }),
        ...(missing === undefined ? {} : { absent: size - 1 }),
      },
    ];
  }
  const size = gateSize(column);
  if (size === 0) return [{ name, of: column.of }];
  const absent = column.missing === undefined ? {} : { absent: size - 1 };
  return [
    { name, of: "categorical", size, ...absent },
    { name, of: column.of, gate: start },
  ];
}

/** Where each column's numbers begin in a model's row, by place in the table; -1 for those that have none. */
export function startsOf({ columns }: FittedTable): { starts: number[]; size: number } {
  let size = 0;
  const starts = columns.map((column) => {
    if (!isInside(column)) return -1;
    const start = size;
    size += ownColumns(column, start).length;
    return start;
  });
  return { starts, size };
}

/**
 * What the numbers are that a row of a table is to a model, in order. Throws a UserError for what is no fitted table.
 */
export function modelColumns(fitted: FittedTable): ModelColumn[] {
  requireArgument("modelColumns", "the fitted table", fitted, aFittedTable);
  const { starts } = startsOf(fitted);
  return fitted.columns.flatMap((column, i) => (isInside(column) ? ownColumns(column, starts[i] ?? 0) : []));
}
