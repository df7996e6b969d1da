import { isCategory, type Role, type TypedColumn } from "./columns.js";

/** To the nearest whole number, halves to the even one. */
function rint(value: number): number {
  const low = Math.floor(value);
  const rest = value - low;
  return rest < 0.5 || (rest === 0.5 && low % 2 === 0) ? low : low + 1;
}

/** A number to six decimals, as rows are compared. */
function rounded(value: number): number {
  if (Math.abs(value) > 1e9) return value;
  return rint(value * 1e6) / 1e6 + 0;
}

/** Each row of a table as a text that equal rows share; numbers are compared to six decimals. */
export function rowKeys(columns: readonly TypedColumn[], role: Role, count: number): string[] {
  return Array.from({ length: count }, (_, row) =>
    columns
      .map((column) => (isCategory(column) ? column[role][row] : rounded(column[role][row] ?? Number.NaN)))
      .join("\t"),
  );
}

/** The share of rows that are among others. */
export function shareAmong(rows: readonly string[], others: ReadonlySet<string>): number {
  return rows.filter((row) => others.has(row)).length / rows.length;
}
