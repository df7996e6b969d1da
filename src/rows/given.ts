import { encodeRows, type FittedTable, modelColumns } from "../data/portable.js";
import { UserError } from "../tensor/index.js";
import type { WhereTerm } from "./where.js";

/** Columns whose value a condition says outright. */
function said(terms: readonly WhereTerm[]): Map<string, string> {
  const exact = terms.filter(
    ({ operator, values }) => (operator === "=" || operator === "in") && values.length === 1,
  );
  return new Map(exact.map(({ column, values }) => [column, values[0] ?? ""]));
}

/** Texts of the column that another is determined by, by what that says. */
function determining(table: FittedTable, known: Map<string, string>): Map<string, string> {
  const more = new Map(known);
  for (const column of table.columns) {
    if (column.as !== "determined" || more.has(column.by)) continue;
    const wanted = known.get(column.name);
    const keys = column.keys.filter((_, i) => column.texts[i] === wanted);
    if (wanted !== undefined && keys.length === 1) more.set(column.by, keys[0] ?? "");
  }
  return more;
}

/** Columns that are told as a whole: those of several columns together only if all of these are. */
function isWhole(table: FittedTable, name: string, known: Map<string, string>): boolean {
  const column = table.columns.find((one) => one.name === name);
  if (column === undefined || "minus" in column) return false;
  return column.as !== "combined" || column.columns.every((one) => known.has(one));
}

/**
 * One row [columns] of which conditions say a part, NaN for all else. What it can't say is left to be drawn and looked at. Throws a
 * UserError for a category that the training rows didn't have.
 */
export function givenRow(table: FittedTable, terms: readonly WhereTerm[]): Float32Array {
  const known = determining(table, said(terms));
  for (const [name, text] of known) requireSeen(table, name, text);
  const row = encodeRows(table, [Object.fromEntries(known)]);
  for (const [place, { name }] of modelColumns(table).entries()) {
    if (!known.has(name) || !isWhole(table, name, known)) row[place] = Number.NaN;
  }
  return row;
}

function requireSeen(table: FittedTable, name: string, text: string): void {
  const column = table.columns.find((one) => one.name === name);
  const refuse = (is: string): never => {
    throw new UserError(`where: "${name}" is ${is}, so it can't be a condition`, 2);
  };
  if (column?.as === "key") refuse("made anew for each row");
  if (column?.as === "same" && column.text !== text) refuse(`always "${column.text}"`);
  if (column?.as !== "choices" || column.values !== undefined) return;
  if (column.texts.includes(text) || column.rare?.texts.includes(text) === true) return;
  const shown = column.texts.slice(0, 12).join(", ");
  throw new UserError(
    `where: no training row has "${text}" as "${name}"; there are ${shown}${column.texts.length > 12 ? " and more" : ""}`,
    2,
  );
}
